//! Embeds the window's configuration, its permissions, and the page that lies built in `ui/dist`.

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src-tauri/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/permissions");
    let permissions = tauri_build::AppManifest::new().permissions_path_pattern("src-tauri/permissions/**/*.toml");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("src-tauri/capabilities/**/*.json")
        .app_manifest(permissions);
    tauri_build::try_build(attributes)?;
    Ok(())
}
