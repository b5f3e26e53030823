//! Folded stacks as a flame graph: one self-contained SVG, a box as wide as its share of the instructions.

use std::collections::BTreeMap;
use std::fmt::Write;

/// Width of the drawing (pixels).
const WIDTH: f64 = 1400.0;
/// Height of a box (pixels).
const ROW: f64 = 16.0;
/// Narrower boxes are left out (pixels).
const MIN_WIDTH: f64 = 0.5;
/// Width of a character (pixels), about.
const CHARACTER: f64 = 6.2;

/// A function under its callers.
#[derive(Debug, Default)]
struct Frame {
    /// Instructions of the function and of everything it calls.
    total: u64,
    below: BTreeMap<String, Self>,
}

/// Draws folded stacks: lines of functions joined by `;`, then a number.
#[must_use]
pub fn svg(folded: &str) -> String {
    let mut root = Frame::default();
    for line in folded.lines() {
        let Some((stack, count)) = line.rsplit_once(' ') else {
            continue;
        };
        let count: u64 = count.parse().unwrap_or(0);
        root.total += count;
        let mut frame = &mut root;
        for name in stack.split(';') {
            frame = frame.below.entry(readable(name)).or_default();
            frame.total += count;
        }
    }
    let mut boxes = String::new();
    let mut depth = 0;
    draw(&root, 0.0, 0, root.total, &mut boxes, &mut depth);
    let height = (depth + 1) as f64 * ROW;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"monospace\" font-size=\"10\">\n{boxes}</svg>\n"
    )
}

fn draw(frame: &Frame, left: f64, row: usize, all: u64, boxes: &mut String, depth: &mut usize) {
    *depth = (*depth).max(row);
    let mut left = left;
    for (name, below) in &frame.below {
        let width = WIDTH * below.total as f64 / all.max(1) as f64;
        if width >= MIN_WIDTH {
            let (top, share) = (row as f64 * ROW, 100.0 * below.total as f64 / all.max(1) as f64);
            let fill = 20
                + name
                    .bytes()
                    .fold(0u32, |sum, byte| sum.wrapping_mul(31) + u32::from(byte))
                    % 40;
            let name = name.replace('&', "&amp;").replace('<', "&lt;");
            let shown: String = name.chars().take((width / CHARACTER) as usize).collect();
            // Writing to a string does not fail.
            let _ = writeln!(
                boxes,
                "<g><title>{name}: {} instructions, {share:.1} %</title><rect x=\"{left:.1}\" y=\"{top}\" width=\"{width:.1}\" height=\"{ROW}\" \
                 fill=\"hsl({fill},85%,65%)\" stroke=\"white\" stroke-width=\"0.4\"/><text x=\"{:.1}\" y=\"{:.1}\">{shown}</text></g>",
                below.total,
                left + 2.0,
                top + 11.5,
            );
            draw(below, left, row + 1, all, boxes, depth);
        }
        left += width;
    }
}

/// A mangled name without its decoration: the path's parts, joined.
#[must_use]
pub fn readable(name: &str) -> String {
    let Some(mut rest) = name.strip_prefix("_ZN") else {
        return name.to_owned();
    };
    let mut parts = Vec::new();
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(len) = rest[..digits].parse::<usize>() else {
            break;
        };
        let Some(part) = rest.get(digits..digits + len) else {
            break;
        };
        parts.push(part);
        rest = &rest[digits + len..];
    }
    // The last part is a hash.
    parts.pop();
    parts
        .join("::")
        .replace("$LT$", "<")
        .replace("$GT$", ">")
        .replace("$u20$", " ")
        .replace("$RF$", "&")
        .replace("$C$", ",")
        .replace("..", "::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn boxes_are_as_wide_as_their_share() {
        let drawing = svg("main;_ZN4core3fmt17h0123456789abcdefE 30\nmain;b 10\nmain 60\n");
        assert!(drawing.contains("<title>main: 100 instructions, 100.0 %</title>"));
        assert!(drawing.contains("<title>core::fmt: 30 instructions, 30.0 %</title>"));
        assert!(drawing.contains("<title>b: 10 instructions, 10.0 %</title>"));
    }

    #[test]
    fn nothing_is_an_empty_drawing() {
        assert!(svg("").starts_with("<svg"));
    }
}
