//! Which characters a name or an address may have: the string classes of PRECIS (RFC 8264), on the Unicode version of
//! today. Knows neither names nor addresses.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{
        BidiClass, CanonicalCombiningClass, DefaultIgnorableCodePoint, GeneralCategory as Category,
        HangulSyllableType, JoiningType,
    },
};
use unicode_normalization::UnicodeNormalization as _;

const NON_JOINER: char = '\u{200c}';
const JOINER: char = '\u{200d}';
/// Invisible, although Unicode classes them as letters and symbols: a Braille blank, a null notehead, hieroglyph
/// blanks.
const BLANKS: [char; 4] = ['\u{2800}', '\u{1d159}', '\u{13441}', '\u{13442}'];
/// Letters that identifiers must not have (RFC 8264 section 9.6): they only lengthen or repeat others.
const EXCEPTIONS: [char; 10] = [
    '\u{640}', '\u{7fa}', '\u{302e}', '\u{302f}', '\u{3031}', '\u{3032}', '\u{3033}', '\u{3034}', '\u{3035}',
    '\u{303b}',
];

fn category(c: char) -> Category {
    CodePointMapData::<Category>::new().get(c)
}

/// The first character that text for people must not have, if any: control characters, invisible ones, those that
/// change the direction of others, unassigned and private ones (the `FreeformClass`, RFC 8264 section 4.3). A joiner is
/// accepted where its script needs it (RFC 5892 appendix A).
pub(super) fn first_hidden(text: &str) -> Option<char> {
    let characters: Vec<char> = text.chars().collect();
    let bad = |at: usize| match characters[at] {
        ' '..='~' => false,
        c @ (NON_JOINER | JOINER) => !is_needed_joiner(&characters, at, c),
        c => is_hidden(c),
    };
    (0..characters.len()).find(|at| bad(*at)).map(|at| characters[at])
}

fn is_hidden(c: char) -> bool {
    let jamo = CodePointMapData::<HangulSyllableType>::new().get(c);
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c)
        || matches!(
            category(c),
            Category::Control
                | Category::Format
                | Category::Surrogate
                | Category::PrivateUse
                | Category::Unassigned
                | Category::LineSeparator
                | Category::ParagraphSeparator
        )
        || [HangulSyllableType::LeadingJamo, HangulSyllableType::VowelJamo, HangulSyllableType::TrailingJamo]
            .contains(&jamo)
        || BLANKS.contains(&c)
}

/// RFC 5892 appendix A.1 and A.2: after a virama, and a non-joiner between letters that would join.
fn is_needed_joiner(text: &[char], at: usize, joiner: char) -> bool {
    let class = CodePointMapData::<CanonicalCombiningClass>::new();
    if at > 0 && class.get(text[at - 1]) == CanonicalCombiningClass::Virama {
        return true;
    }
    let joining = CodePointMapData::<JoiningType>::new();
    let joins = |c: Option<&char>, way: JoiningType| {
        c.is_some_and(|c| [JoiningType::DualJoining, way].contains(&joining.get(*c)))
    };
    let seen = |c: &&char| joining.get(**c) != JoiningType::Transparent;
    joiner == NON_JOINER
        && joins(text[..at].iter().rev().find(seen), JoiningType::LeftJoining)
        && joins(text[at + 1..].iter().find(seen), JoiningType::RightJoining)
}

/// The first character that an identifier must not have, if any: only visible ASCII, letters, digits and their marks,
/// none of which has another form that looks the same (the `IdentifierClass`, RFC 8264 section 4.2).
pub(super) fn first_outside_identifiers(text: &str) -> Option<char> {
    let outside = |c: char| match c {
        '!'..='~' | NON_JOINER | JOINER => false,
        c => !is_letter_or_digit(c) || EXCEPTIONS.contains(&c) || !std::iter::once(c).nfkc().eq([c]),
    };
    first_hidden(text).or_else(|| text.chars().find(|c| outside(*c)))
}

fn is_letter_or_digit(c: char) -> bool {
    matches!(
        category(c),
        Category::LowercaseLetter
            | Category::UppercaseLetter
            | Category::OtherLetter
            | Category::ModifierLetter
            | Category::DecimalNumber
            | Category::NonspacingMark
            | Category::SpacingMark
    )
}

/// Whether the text begins with a combining mark, which would be drawn on the text before it.
pub(super) fn begins_with_a_mark(text: &str) -> bool {
    text.chars().next().is_some_and(unicode_normalization::char::is_combining_mark)
}

/// Whether this is a space in any script (the category Zs).
pub(super) fn is_space(c: char) -> bool {
    category(c) == Category::SpaceSeparator
}

/// Maps wide and narrow forms of East Asian characters to the usual form (RFC 8265 section 3.3.2).
pub(super) fn map_width(text: &str) -> String {
    let mut mapped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{ff01}'..='\u{ffef}' => mapped.extend(std::iter::once(c).nfkc()),
            c => mapped.push(c),
        }
    }
    mapped
}

/// Whether text of one direction stays readable (the Bidi Rule, RFC 5893 section 2). Text without a right-to-left
/// character always does.
pub(super) fn is_of_one_direction(text: &str) -> bool {
    use BidiClass as B;
    let classes: Vec<B> = text.chars().map(|c| CodePointMapData::<B>::new().get(c)).collect();
    let right = [B::RightToLeft, B::ArabicLetter];
    if !classes.iter().any(|class| right.contains(class) || *class == B::ArabicNumber) {
        return true;
    }
    let allowed = [
        B::RightToLeft,
        B::ArabicLetter,
        B::ArabicNumber,
        B::EuropeanNumber,
        B::EuropeanSeparator,
        B::CommonSeparator,
        B::EuropeanTerminator,
        B::OtherNeutral,
        B::BoundaryNeutral,
        B::NonspacingMark,
    ];
    let has = |class: B| classes.contains(&class);
    let ends = [B::RightToLeft, B::ArabicLetter, B::EuropeanNumber, B::ArabicNumber];
    classes.first().is_some_and(|first| right.contains(first))
        && classes.iter().all(|class| allowed.contains(class))
        && classes
            .iter()
            .rev()
            .find(|class| **class != B::NonspacingMark)
            .is_some_and(|last| ends.contains(last))
        && !(has(B::EuropeanNumber) && has(B::ArabicNumber))
}

/// A character as a message names it: the character itself may be invisible.
pub(super) fn described(c: char) -> String {
    let shown = if c == ' ' || is_hidden(c) || is_space(c) { String::new() } else { format!("\"{c}\" ") };
    format!("the character {shown}U+{:04X}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_or_what_turns_others_round_is_found() {
        // Zero-width space, soft hyphen, right-to-left override, isolate, a variation selector, a tag, a Hangul filler,
        // a Braille blank, a private character, a noncharacter, an unassigned one, a jamo, a line separator, a control.
        let hidden = "\u{200b}\u{ad}\u{202e}\u{2066}\u{fe0f}\u{e0041}\u{3164}\u{2800}\u{e000}\u{fdd0}\u{378}\u{1100}\u{2028}\u{7}";
        for c in hidden.chars() {
            assert_eq!(first_hidden(&format!("a{c}b")), Some(c), "U+{:04X}", u32::from(c));
            assert_eq!(first_outside_identifiers(&format!("a{c}b")), Some(c), "U+{:04X}", u32::from(c));
        }
    }

    #[test]
    fn names_of_all_scripts_are_text() {
        for name in [
            "Ada Lovelace",
            "Éva Kovács",
            "陳大文",
            "Ольга",
            "علي",
            "Ọlá",
            "𞤀𞤣𞤤𞤢𞤥",
            "ジョン・スミス",
            "Ada ☂ ½ 🤖",
        ] {
            assert_eq!(first_hidden(name), None, "{name}");
        }
    }

    #[test]
    fn a_joiner_is_accepted_only_where_its_script_needs_it() {
        // Persian "Ali-Reza" in one word, and the conjunct of a Sinhala name.
        for name in ["علی\u{200c}رضا", "ශ\u{dca}\u{200d}රී"] {
            assert_eq!((first_hidden(name), first_outside_identifiers(name)), (None, None), "{name}");
        }
        for text in ["ad\u{200c}a", "ad\u{200d}a", "\u{200c}علی", "علی\u{200c}", "علی\u{200d}رضا"]
        {
            assert!(first_hidden(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn an_identifier_has_letters_and_digits_without_another_form() {
        assert_eq!(first_outside_identifiers("éva+jobs_7δ٣"), None);
        for text in ["ﬁ", "①", "☃", "½", "a b", "ـ", "“"] {
            assert!(first_outside_identifiers(text).is_some(), "{text}");
        }
        assert_eq!(map_width("Ａｄａ７ｱ"), "Ada7ア");
    }

    #[test]
    fn directions_are_not_mixed_so_that_two_orders_look_the_same() {
        for text in ["ada", "שלום", "שלום7", "علي٧", "ada7"] {
            assert!(is_of_one_direction(text), "{text}");
        }
        for text in ["שלוםada", "adaשלום", "7שלום", "ع7٧ل"] {
            assert!(!is_of_one_direction(text), "{text}");
        }
    }
}
