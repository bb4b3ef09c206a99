//! On how many threads libtorch computes.

/// While this lives, libtorch computes on one thread. Where products are small a second thread costs more
/// than it brings, many times more when another program wants the same core: both wait for each other, spinning.
pub struct OneThread(Option<i32>);

impl OneThread {
    /// Begins now, where `device` is the CPU.
    pub fn on(device: tch::Device) -> Self {
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
