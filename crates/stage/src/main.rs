//! `stage run SCENARIO…`, `stage demo`: see the library.

fn main() -> std::process::ExitCode {
    stage::main()
}
