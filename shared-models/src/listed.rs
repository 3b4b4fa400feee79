//! Enums that know their variants: the list is made from the declaration, so no new variant can miss it.

/// Declares an enum whose variants hold nothing, with `ALL`: every variant, in order.
#[macro_export]
macro_rules! listed {
    ($(#[$meta:meta])* $vis:vis enum $name:ident { $($(#[$doc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$meta])*
        $vis enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl $name {
            /// Every variant, in order.
            pub const ALL: [Self; [$($name::$variant),+].len()] = [$(Self::$variant),+];
        }
    };
}

#[cfg(test)]
mod tests {
    listed! {
        /// Three things.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Thing {
            One,
            /// With words.
            Two,
            Three,
        }
    }

    #[test]
    fn every_variant_is_in_the_list_in_order() {
        assert_eq!(Thing::ALL, [Thing::One, Thing::Two, Thing::Three]);
    }
}
