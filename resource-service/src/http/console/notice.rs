//! The page that is shown where the console cannot be shown yet, or not at all.

use super::page::Page;

/// What a reader is told in place of the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// One sentence.
    pub sentence: String,
    /// Lines of a program, shown as they are; may be empty.
    pub lines: String,
    /// Whether the page is loaded again every second, because the console may be there by then.
    pub reloads: bool,
}

impl Notice {
    pub(super) fn page(&self) -> Page {
        let refresh = if self.reloads { "<meta http-equiv=\"refresh\" content=\"1\">\n" } else { "" };
        let lines = match self.lines.as_str() {
            "" => String::new(),
            lines => format!("<pre>{}</pre>\n", escaped(lines)),
        };
        Page::new(&format!(
            "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n{refresh}\
             <title>Tessera</title>\n<style nonce=\"__CSP_NONCE__\">\n\
             :root {{ color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif }}\n\
             main {{ max-width: 60rem; margin: 20vh auto 0; padding: 0 1rem }}\n\
             pre {{ overflow-x: auto; font-size: 13px }}\n</style>\n\
             <main>\n<h1>Tessera</h1>\n<p role=\"status\">{}</p>\n{lines}\
             <p>The API is described at <a href=\"/api/docs\">/api/docs</a> and <a href=\"/auth/docs\">/auth/docs</a>.</p>\n\
             </main>\n</html>\n",
            escaped(&self.sentence)
        ))
    }
}

/// Text as the content of an element. An underscore is escaped too, so that no text can hold the place of the nonce.
fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '_' => html.push_str("&#95;"),
            other => html.push(other),
        }
    }
    html
}
