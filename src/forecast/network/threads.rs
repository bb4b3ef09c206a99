//! On how many threads libtorch computes.

/// While this lives, libtorch computes on one thread. The products of this network are so small that a second thread
/// costs more than it brings, many times more when another program wants the same core.
pub(in crate::forecast) struct OneThread(Option<i32>);

impl OneThread {
    pub(in crate::forecast) fn on(device: tch::Device) -> Self {
        let before = (device == tch::Device::Cpu).then(tch::get_num_threads);
        if before.is_some() {
            tch::set_num_threads(1);
        }
        Self(before)
    }
}

impl Drop for OneThread {
    fn drop(&mut self) {
        if let Some(before) = self.0 {
            tch::set_num_threads(before);
        }
    }
}
