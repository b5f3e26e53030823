//! Pages about proofs: one self-contained HTML file each, drawn in SVG, legible in light and dark; nothing is loaded from anywhere.
//!
//! [`proof`] shows where the instructions, cells and seconds of one proof went, [`mod@bench`] sets several proofs side by side.

pub mod bench;
mod draw;
pub mod proof;

/// Colours and type.
const STYLE: &str = include_str!("style.css");
/// Zooming into flame graphs; without it the pages say the same.
const SCRIPT: &str = include_str!("script.js");

/// A whole document.
fn document(title: &str, body: &str) -> String {
    let title = escaped(title);
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n"
    )
}

/// Text as HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

/// `2258078` as `2,258,078`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Three significant digits and a unit: `81.8 k`, `2.26 M`.
fn short(number: f64) -> String {
    let (divisor, unit) = match number {
        number if number >= 1e9 => (1e9, " G"),
        number if number >= 1e6 => (1e6, " M"),
        number if number >= 1e3 => (1e3, " k"),
        _ => (1.0, ""),
    };
    let scaled = number / divisor;
    let decimals = match scaled {
        scaled if unit.is_empty() && scaled.fract() == 0.0 => 0,
        scaled if scaled >= 100.0 => 0,
        scaled if scaled >= 10.0 => 1,
        _ => 2,
    };
    format!("{scaled:.decimals$}{unit}")
}

/// Seconds as a person says them.
fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 3600.0 => format!("{:.1} h", seconds / 3600.0),
        seconds if seconds >= 120.0 => format!("{:.1} min", seconds / 60.0),
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds => format!("{:.2} ms", seconds * 1e3),
    }
}

/// Bytes as a person says them.
fn size(bytes: u64) -> String {
    match bytes {
        bytes if bytes >= 1 << 30 => format!("{:.2} GiB", bytes as f64 / (1u64 << 30) as f64),
        bytes if bytes >= 1 << 20 => format!("{:.2} MiB", bytes as f64 / (1u64 << 20) as f64),
        bytes => format!("{:.1} KiB", bytes as f64 / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_read_them() {
        assert_eq!(grouped(2_258_078), "2,258,078");
        assert_eq!(grouped(81), "81");
        assert_eq!(
            (short(81_751.0), short(2_258_078.0), short(18.0)),
            ("81.8 k".into(), "2.26 M".into(), "18".into())
        );
        assert_eq!(
            (duration(0.0023), duration(17.6), duration(150.0)),
            ("2.30 ms".into(), "17.60 s".into(), "2.5 min".into())
        );
        assert_eq!((size(435_200), size(1 << 30)), ("425.0 KiB".into(), "1.00 GiB".into()));
    }

    #[test]
    fn a_document_loads_nothing_and_names_are_text() {
        let page = document("<chunk>", "<p>body</p>");
        assert!(page.contains("<title>&lt;chunk&gt;</title>"));
        for address in ["http://", "https://", "src=", "href=", "url(", "@import"] {
            assert!(!page.contains(address), "{address}");
        }
    }
}
