;; The smallest plugin there is, with one hook whose body the host puts in. Everything that it answers is zero: no text
;; beyond name and version, no setting, no edit.
(module
    (import "shiftmill:plugin/host@1.0.0" "log" (func $log (param i32 i32 i32 i32 i32 i32 i32)))
    (memory (export "memory") 2)
    (global $heap (mut i32) (i32.const 0x1000))

    ;; The manifest: where its name and version stand, and how long they are.
    (data (i32.const 0x100) "\00\02\00\00\09\00\00\00" "\10\02\00\00\05\00\00\00")
    (data (i32.const 0x200) "self-test")
    (data (i32.const 0x210) "1.0.0")
    (data (i32.const 0x220) "last words")

    (func (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32)
        (result i32)
        (global.set $heap (i32.and (i32.add (global.get $heap) (i32.const 7)) (i32.const -8)))
        (global.get $heap)
        (global.set $heap (i32.add (global.get $heap) (local.get $size))))

    (func (export "shiftmill:plugin/lifecycle@1.0.0#describe") (result i32) (i32.const 0x100))
    (func (export "shiftmill:plugin/lifecycle@1.0.0#configure") (param i32 i32) (result i32) (i32.const 0x300))
    (func $adjust (export "shiftmill:plugin/days@1.0.0#adjust") (param $cards i32) (result i32)
        BODY
        (i32.const 0x400)))
