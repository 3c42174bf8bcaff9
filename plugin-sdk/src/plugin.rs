//! `plugin!`, which makes a crate a plugin.

use crate::config::Config;
use crate::contract::Manifest;

/// A plugin. `plugin!` implements it for a configuration with hooks.
pub trait Plugin: Config {
    /// Its manifest.
    #[doc(hidden)]
    const MANIFEST: Manifest;
}

/// Makes a crate a plugin: names the configuration, its hooks, and its carried values.
///
/// ```text
/// plugin!(NightMeal: days);                                              // one hook, reading everything
/// plugin!(NightPremium: days(span.start, span.end, span.state));         // reading three columns, which is faster
/// plugin!(AttendancePoints: days(exception), period(carried); carries Balance);
/// ```
///
/// Name, version and description of the plugin are those of the crate. A hook needs the trait of its name:
/// [`Punches`](crate::Punches), [`Schedule`](crate::Schedule), [`Days`](crate::Days), [`Period`](crate::Period). For the
/// columns see [`columns`](crate::columns).
#[macro_export]
macro_rules! plugin {
    (
        $plugin:ty:
        $($hook:ident $(( $($table:ident $(. $column:ident)?),+ $(,)? ))?),+
        $(; carries $carried:ty)? $(;)?
    ) => {
        impl $crate::Plugin for $plugin {
            const MANIFEST: $crate::contract::Manifest = {
                use $crate::contract::{Fixed, FixedText, HookColumns};
                $crate::contract::Manifest {
                    name: $crate::made::name(env!("CARGO_PKG_NAME")),
                    version: FixedText::of(env!("CARGO_PKG_VERSION")),
                    description: $crate::made::description(env!("CARGO_PKG_DESCRIPTION")),
                    made_with: FixedText::of($crate::made::WITH),
                    reads: Fixed::of(&[$(HookColumns {
                        hook: FixedText::of(stringify!($hook)),
                        columns: $crate::__columns!($hook $(($($table $(. $column)?),+))?),
                    }),+]),
                    settings: Fixed::of(<$plugin as $crate::Config>::SETTINGS),
                    rules: Fixed::of($crate::made::rules(&[$(
                        ::core::marker::PhantomData::<$crate::__hook!($hook why of $plugin)>
                    ),+])),
                    carried: Fixed::of($crate::__carried!($($carried)?)),
                }
            };
        }

        // A mistake in the manifest must not compile, also when the plugin is only tested natively.
        const _: $crate::contract::Manifest = <$plugin as $crate::Plugin>::MANIFEST;

        $(impl $crate::Declared for $carried {})?

        #[cfg(target_family = "wasm")]
        const _: () = {
            use $crate::contract::{self, Configured, Manifest, Value};

            static MANIFEST: Manifest = <$plugin as $crate::Plugin>::MANIFEST;

            ::std::thread_local! {
                static PLUGIN: $crate::made::Place<$plugin> = const { $crate::made::Place::new(None) };
            }

            #[unsafe(export_name = "cabi_realloc")]
            unsafe extern "C" fn realloc(old: *mut u8, old_size: usize, align: usize, new_size: usize) -> *mut u8 {
                // SAFETY: the host calls it as the canonical ABI defines.
                unsafe { contract::realloc(old, old_size, align, new_size) }
            }

            #[unsafe(export_name = "shiftmill:plugin/lifecycle@1.0.0#describe")]
            extern "C" fn describe() -> *const Manifest {
                $crate::made::report_panics();
                &raw const MANIFEST
            }

            #[unsafe(export_name = "shiftmill:plugin/lifecycle@1.0.0#configure")]
            unsafe extern "C" fn configure(values: *mut Value, length: usize) -> *mut Configured {
                $crate::made::report_panics();
                // SAFETY: the host passes a list.
                let values = unsafe { contract::adopt_list(values, length) };
                contract::hand_over(PLUGIN.with(|place| $crate::made::configure(place, values)))
            }

            #[unsafe(export_name = "cabi_post_shiftmill:plugin/lifecycle@1.0.0#configure")]
            unsafe extern "C" fn drop_configured(answer: *mut Configured) {
                // SAFETY: the host passes the address that it received.
                drop(unsafe { contract::adopt(answer) });
            }

            $($crate::__hook!($hook exports PLUGIN);)+
        };
    };
}

/// The names of each hook in the contract and in Rust.
#[doc(hidden)]
#[macro_export]
macro_rules! __hook {
    (punches why of $plugin:ty) => {
        <$plugin as $crate::Punches>::Why
    };
    (schedule why of $plugin:ty) => {
        <$plugin as $crate::Schedule>::Why
    };
    (days why of $plugin:ty) => {
        <$plugin as $crate::Days>::Why
    };
    (period why of $plugin:ty) => {
        <$plugin as $crate::Period>::Why
    };
    ($other:ident why of $plugin:ty) => {
        compile_error!(concat!(
            "`",
            stringify!($other),
            "` is not a hook: the hooks are punches, schedule, days and period"
        ))
    };
    (punches exports $place:ident) => {
        $crate::__hook!(
            "shiftmill:plugin/punches@1.0.0#adjust",
            "cabi_post_shiftmill:plugin/punches@1.0.0#adjust",
            $place,
            visit_punches
        );
    };
    (schedule exports $place:ident) => {
        $crate::__hook!(
            "shiftmill:plugin/schedule@1.0.0#adjust",
            "cabi_post_shiftmill:plugin/schedule@1.0.0#adjust",
            $place,
            visit_schedule
        );
    };
    (days exports $place:ident) => {
        $crate::__hook!(
            "shiftmill:plugin/days@1.0.0#adjust",
            "cabi_post_shiftmill:plugin/days@1.0.0#adjust",
            $place,
            visit_days
        );
    };
    (period exports $place:ident) => {
        $crate::__hook!(
            "shiftmill:plugin/period@1.0.0#adjust",
            "cabi_post_shiftmill:plugin/period@1.0.0#adjust",
            $place,
            visit_period
        );
    };
    ($adjust:literal, $post:literal, $place:ident, $visit:ident) => {
        const _: () = {
            use $crate::contract::{self, Answer, Cards};

            #[unsafe(export_name = $adjust)]
            unsafe extern "C" fn adjust(cards: *mut Cards) -> *mut Answer {
                // SAFETY: the host passes the address of a record, because it has too many fields to pass them flat.
                let cards = unsafe { contract::adopt(cards) };
                contract::hand_over($place.with(|place| $crate::made::adjust(place, &cards, $crate::hooks::$visit)))
            }

            #[unsafe(export_name = $post)]
            unsafe extern "C" fn drop_answer(answer: *mut Answer) {
                // SAFETY: the host passes the address that it received.
                drop(unsafe { contract::adopt(answer) });
            }
        };
    };
}

/// The columns that a hook reads.
#[doc(hidden)]
#[macro_export]
macro_rules! __columns {
    ($hook:ident) => {
        $crate::__columns!(of $hook, $crate::columns::of_hook(stringify!($hook)))
    };
    ($hook:ident ( $($table:ident $(. $column:ident)?),+ )) => {
        $crate::__columns!(
            of $hook,
            &[$crate::columns::ALWAYS, $($crate::__columns!(table $table $($column)?)),+]
        )
    };
    (table $table:ident) => { $crate::columns::$table::ALL };
    (table $table:ident $column:ident) => { &[$crate::columns::$table::$column] };
    (of $hook:ident, $lists:expr) => {{
        const LISTS: &[&[$crate::columns::Column]] = $lists;
        const NAMES: [$crate::contract::FixedText; $crate::columns::count(LISTS)] = $crate::columns::gather(LISTS);
        $crate::made::columns(stringify!($hook), &NAMES)
    }};
}

/// The keys that a plugin carries.
#[doc(hidden)]
#[macro_export]
macro_rules! __carried {
    () => {
        &[]
    };
    ($carried:ty) => {
        <$carried as $crate::Carried>::KEYS
    };
}
