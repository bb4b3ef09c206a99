//! Lets the program find libtorch where it was built against it.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // `torch-sys` tells its direct dependants where libtorch lies; link arguments do not travel by themselves.
    // Only the path: `libtorch.so` itself asks for the CUDA libraries, which the linker drops as long as nobody insists.
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{lib}");
    }
}
