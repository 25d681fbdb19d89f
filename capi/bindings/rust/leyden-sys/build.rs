// SPDX-License-Identifier: Apache-2.0
// Where libleyden.so is: LEYDEN_LIB_DIR, else what pkg-config says, else the linker's own places.
use std::process::Command;

fn main() {
    for name in ["LEYDEN_LIB_DIR", "PKG_CONFIG_PATH"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    if let Ok(folder) = std::env::var("LEYDEN_LIB_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
        return;
    }
    let asked = Command::new("pkg-config").args(["--variable=libdir", "leyden"]).output();
    if let Ok(said) = asked {
        let folder = String::from_utf8_lossy(&said.stdout).trim().to_string();
        if said.status.success() && !folder.is_empty() {
            println!("cargo:rustc-link-search=native={folder}");
        }
    }
}
