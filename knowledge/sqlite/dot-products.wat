;; Dot products of one query with many vectors, by SIMD. Compile with wabt:
;;   wat2wasm knowledge/sqlite/dot-products.wat -o knowledge/sqlite/dot-products.wasm
;; A test compares the two files.
(module
  (memory (export "memory") 1)

  ;; Writes `count` 32-bit dot products to $out.
  ;; $query: 16-bit components. $vectors: 8-bit components, one vector after the other, each $width long.
  ;; $width: a multiple of 32; what is beyond a vector's own length is zero.
  (func (export "dotProducts")
    (param $query i32) (param $vectors i32) (param $width i32) (param $count i32) (param $out i32)
    (local $at i32) (local $end i32) (local $q i32)
    (local $outEnd i32)
    (local $low v128) (local $high v128) (local $bytes v128)
    (local.set $at (local.get $vectors))
    (local.set $outEnd (i32.add (local.get $out) (i32.shl (local.get $count) (i32.const 2))))
    (block $done
      (loop $eachVector
        (br_if $done (i32.ge_u (local.get $out) (local.get $outEnd)))
        (local.set $end (i32.add (local.get $at) (local.get $width)))
        (local.set $q (local.get $query))
        (local.set $low (v128.const i64x2 0 0))
        (local.set $high (v128.const i64x2 0 0))
        (loop $each32
          (local.set $bytes (v128.load (local.get $at)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (v128.load (local.get $q)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (v128.load offset=16 (local.get $q)))))
          (local.set $bytes (v128.load offset=16 (local.get $at)))
          (local.set $low (i32x4.add (local.get $low)
            (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $bytes)) (v128.load offset=32 (local.get $q)))))
          (local.set $high (i32x4.add (local.get $high)
            (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $bytes)) (v128.load offset=48 (local.get $q)))))
          (local.set $q (i32.add (local.get $q) (i32.const 64)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br_if $each32 (i32.lt_u (local.get $at) (local.get $end))))
        (local.set $low (i32x4.add (local.get $low) (local.get $high)))
        (i32.store (local.get $out)
          (i32.add
            (i32.add (i32x4.extract_lane 0 (local.get $low)) (i32x4.extract_lane 1 (local.get $low)))
            (i32.add (i32x4.extract_lane 2 (local.get $low)) (i32x4.extract_lane 3 (local.get $low)))))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $eachVector)))))
