//! Links the program to libtorch.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // `torch-sys` tells its direct dependants where libtorch lies; link arguments do not travel by themselves.
    if let Ok(lib) = std::env::var("DEP_TCH_LIBTORCH_LIB") {
        println!("cargo:rustc-link-arg=-Wl,-rpath={lib}");
        println!("cargo:rustc-link-arg=-Wl,--no-as-needed");
        println!("cargo:rustc-link-arg=-ltorch");
    }
}
