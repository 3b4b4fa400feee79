//! Variables whose names are nearly those of settings: one underscore instead of two, another case, a plural, a typo.
//!
//! A process also gets variables that others made, such as those of Kubernetes for its services (`AUTH_SERVICE_HOST`,
//! `AUTH_SERVICE_PORT_80_TCP_ADDR`); names that resemble no setting are ignored.

/// A name among `names` that is nearly right, with the right one. `keys` are the dotted keys of the settings.
pub(super) fn nearly_right<'n>(
    prefix: &str,
    keys: &[String],
    names: impl Iterator<Item = &'n str>,
) -> Option<(&'n str, String)> {
    let known: Vec<Known> = keys.iter().map(|key| Known::new(prefix, key)).collect();
    let right = |name: &'n str| Some((name, meant(prefix, &known, name)?));
    names.filter(|name| !known.iter().any(|known| known.name == *name)).find_map(right)
}

/// A setting's variable.
struct Known {
    name: String,
    /// Its letters and digits.
    letters: String,
    /// Those after the prefix.
    own: String,
}

impl Known {
    fn new(prefix: &str, key: &str) -> Self {
        let name = format!("{prefix}__{}", key.replace('.', "__").to_uppercase());
        let (letters, own) = (letters(&name), letters(key));
        Self { name, letters, own }
    }
}

/// The name that was meant, where one was.
fn meant(prefix: &str, known: &[Known], name: &str) -> Option<String> {
    let all = letters(name);
    let same = known.iter().find(|known| known.letters == all);
    let slip = || {
        // A name with our prefix is refused by the settings parser, which names the expected ones.
        let begun = name.to_uppercase().starts_with(&format!("{prefix}_"));
        let ours = name.starts_with(&format!("{prefix}__"));
        known.iter().find(|known| begun && !ours && one_slip(&known.letters, &all))
    };
    if let Some(known) = same.or_else(slip) {
        return Some(known.name.clone());
    }
    let (head, rest) = name.split_once("__")?;
    if head == prefix {
        return None;
    }
    let (head, own) = (letters(head), letters(rest));
    let variant = [prefix.to_owned(), format!("{prefix}S"), format!("{prefix}SERVICE")].contains(&head);
    let known = known.iter().find(|known| known.own == own);
    match known {
        Some(known) if variant || one_slip(prefix, &head) => Some(known.name.clone()),
        None if variant => Some(format!("{prefix}__{}", rest.to_uppercase())),
        _ => None,
    }
}

fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Whether one letter was left out, added, replaced, or exchanged with the next.
fn one_slip(right: &str, typed: &str) -> bool {
    let (right, typed) = (right.as_bytes(), typed.as_bytes());
    let begin = right.iter().zip(typed).take_while(|(a, b)| a == b).count();
    let (right, typed) = (&right[begin..], &typed[begin..]);
    match (right, typed) {
        ([], [_]) | ([_], []) => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, tail @ ..]) if (a, b) == (d, c) && rest == tail => true,
        ([_, a @ ..], b) if a == b => true,
        (a, [_, b @ ..]) if a == b => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant_by(prefix: &str, name: &str) -> Option<String> {
        let keys = [
            "http.listen",
            "store.url",
            "store.url_file",
            "registration",
            "new_user_role",
            "tokens.issuer",
            "auth.url",
        ];
        let keys = keys.map(str::to_owned);
        nearly_right(prefix, &keys, std::iter::once(name)).map(|(_, right)| right)
    }

    #[test]
    fn a_name_that_is_nearly_right_gets_the_right_one() {
        for (name, right) in [
            ("AUTH_STORE_URL", "AUTH__STORE__URL"),
            ("AUTH__STORE_URL", "AUTH__STORE__URL"),
            ("AUTH_STORE__URL", "AUTH__STORE__URL"),
            ("AUTH_STORE_URL_FILE", "AUTH__STORE__URL_FILE"),
            ("AUTH_REGISTRATION", "AUTH__REGISTRATION"),
            ("AUTH__NEW__USER__ROLE", "AUTH__NEW_USER_ROLE"),
            ("Auth__Store__Url", "AUTH__STORE__URL"),
            ("auth__registration", "AUTH__REGISTRATION"),
            ("AUTH__http__listen", "AUTH__HTTP__LISTEN"),
            ("AUTHS__STORE__URL", "AUTH__STORE__URL"),
            ("AUTH_SERVICE__STORE__URL", "AUTH__STORE__URL"),
            ("AUHT__STORE__URL", "AUTH__STORE__URL"),
            ("AUTH_STORE_ULR", "AUTH__STORE__URL"),
            ("AUTH_STORES_URL", "AUTH__STORE__URL"),
            ("Auth__Nothing", "AUTH__NOTHING"),
        ] {
            assert_eq!(meant_by("AUTH", name).as_deref(), Some(right), "{name}");
        }
        for (name, right) in [
            ("RESOURCES__STORE__URL", "RESOURCE__STORE__URL"),
            ("RESOURCES__NOTHING", "RESOURCE__NOTHING"),
            ("RESSOURCE__STORE__URL", "RESOURCE__STORE__URL"),
            ("RESOURCE_AUTH_URL", "RESOURCE__AUTH__URL"),
        ] {
            assert_eq!(meant_by("RESOURCE", name).as_deref(), Some(right), "{name}");
        }
    }

    #[test]
    fn what_others_made_is_none_of_ours() {
        let of_kubernetes = |service: &str| {
            let ends = [
                "SERVICE_HOST",
                "SERVICE_PORT",
                "SERVICE_PORT_HTTP",
                "PORT",
                "PORT_80_TCP",
                "PORT_80_TCP_ADDR",
                "PORT_80_TCP_PORT",
                "PORT_80_TCP_PROTO",
            ];
            ends.map(|end| format!("{service}_{end}"))
        };
        let services =
            ["AUTH", "AUTH_SERVICE", "AUTH_STORE", "RESOURCE", "RESOURCE_SERVICE", "RESOURCE_AUTH"];
        for name in services.into_iter().flat_map(of_kubernetes) {
            assert_eq!(meant_by("AUTH", &name), None, "{name}");
            assert_eq!(meant_by("RESOURCE", &name), None, "{name}");
        }
        for name in [
            "PATH",
            "AUTH",
            "AUTH_TOKEN",
            "AUTHOR",
            "XAUTHORITY",
            "OAUTH_URL",
            "SSH_AUTH_SOCK",
            "RESOURCE__STORE__URL",
            "RESOURCES__STORE__URL",
            "AUTH__STORE__URL",
            "AUTH__NOTHING",
            "TESSERA_TEST_MONGO",
        ] {
            assert_eq!(meant_by("AUTH", name), None, "{name}");
        }
    }
}
