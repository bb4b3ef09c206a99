//! Lets MKL, which libtorch multiplies matrices with, take the kernels that the processor has instructions for.
//!
//! MKL asks itself who made the processor, and on any that is not Intel's takes kernels for instructions of 2013, though
//! it has others that run there as well. It asks by a function that it exports; the program's own of that name goes before
//! it. Which instructions there are MKL still asks the processor itself, so that none is used that is missing. On a
//! processor of AMD with AVX-512 a training takes two thirds of the time.

#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::ffi::c_int;

/// What MKL asks: whether its kernels may be chosen by the instructions that there are.
#[expect(unsafe_code, reason = "a symbol by its plain name, which nothing else in the program has")]
#[unsafe(no_mangle)]
extern "C" fn mkl_serv_intel_cpu_true() -> c_int {
    1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(unsafe_code, reason = "asks the loader for a symbol by its name")]
    fn libtorch_finds_the_programs_answer_before_its_own() {
        let program = libloading::os::unix::Library::this();
        // SAFETY: the symbol is the function above or the one of the same kind in libtorch, and it is not called.
        let found = unsafe { program.get::<extern "C" fn() -> c_int>(b"mkl_serv_intel_cpu_true") }.unwrap();
        assert_eq!(*found as usize, mkl_serv_intel_cpu_true as extern "C" fn() -> c_int as usize);
    }
}
