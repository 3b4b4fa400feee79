//! What the programs ask of their allocator, mimalloc. It reads its options from the environment while a process is loaded; to
//! set them later takes unsafe code, which this workspace forbids. Knows nothing of budgets.

use std::{
    env::{args_os, current_exe},
    io,
    os::unix::process::CommandExt as _,
    process::Command,
};

/// After how many milliseconds what was freed goes back to the system.
const DELAY: (&str, &str) = ("MIMALLOC_PURGE_DELAY", "10");

/// Lets freed memory go back to the system after 10 ms instead of a second, in which a process that parses one large body
/// after the other would come to hold twice what it uses. The process becomes the same program, under the same id, with the
/// option in its environment; where it is there already, whatever it says, this does nothing.
pub fn give_back_early() {
    let (name, delay) = DELAY;
    #[expect(
        clippy::disallowed_methods,
        reason = "this option is the allocator's own, not a setting of ours"
    )]
    if std::env::var_os(name).is_some() {
        return;
    }
    let failed =
        current_exe().map_or_else(|fault| fault, |program| restart(Command::new(program).env(name, delay)));
    eprintln!("the allocator keeps freed memory for a second: {name} could not be set: {failed}");
}

/// Replaces this process by the command, with the arguments that it has itself. Returns only where that fails.
fn restart(command: &mut Command) -> io::Error {
    let mut arguments = args_os();
    if let Some(called) = arguments.next() {
        command.arg0(called);
    }
    command.args(arguments).exec()
}
