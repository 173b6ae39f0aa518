//! What differs by display. WebKitGTK draws through DMA buffers; on a machine without a graphics device that is slower, and
//! the window takes 95 MiB more (measured). With a device it must stay on: some drivers show an empty window without it.

#[cfg(target_os = "linux")]
const SWITCH: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Turns the DMA buffers off where no graphics device is and nobody has chosen. Call it before any thread is started.
#[cfg(target_os = "linux")]
pub fn prepare() {
    if std::env::var_os(SWITCH).is_none() && !has_graphics_device(std::path::Path::new("/dev/dri")) {
        // SAFETY: called first in `run`, when this is the only thread, so that nobody else reads the environment.
        #[allow(unsafe_code)]
        unsafe {
            std::env::set_var(SWITCH, "1");
        }
    }
}

/// Other systems have their own web views.
#[cfg(not(target_os = "linux"))]
pub fn prepare() {}

#[cfg(target_os = "linux")]
fn has_graphics_device(folder: &std::path::Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_string_lossy().starts_with("renderD"))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_graphics_device_is_a_render_node() {
        let folder = std::env::temp_dir().join(format!("tiski-dri-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("card0"), "").unwrap();
        assert!(!has_graphics_device(&folder));
        std::fs::write(folder.join("renderD128"), "").unwrap();
        assert!(has_graphics_device(&folder));
        assert!(!has_graphics_device(&folder.join("absent")));
        std::fs::remove_dir_all(folder).unwrap();
    }
}
