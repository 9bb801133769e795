//! A list of verbs: each with its arguments, which are in one file with the function that runs it.

/// Defines an enum of verbs for clap, and the function that runs one.
macro_rules! verbs {
    ($name:ident: $($verb:ident = $file:ident::$arguments:ident,)+) => {
        #[derive(Debug, clap::Subcommand)]
        enum $name {
            $($verb($file::$arguments),)+
        }

        impl $name {
            fn run(&self, context: &$crate::cli::context::Context) -> $crate::error::Result<$crate::cli::done::Done> {
                match self {
                    $(Self::$verb(arguments) => $file::run(arguments, context),)+
                }
            }
        }
    };
}
pub(super) use verbs;
