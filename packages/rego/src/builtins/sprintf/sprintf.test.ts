import assert from 'node:assert/strict';
import test from 'node:test';
import { checkCases } from '../check-builtin.ts';
import { sprintf, sprintfBuiltins } from './sprintf.ts';

checkCases(sprintfBuiltins, [
  ['sprintf', ['"hi %s"', '["there"]'], '"hi there"'],
  ['sprintf', ['"%v %v"', '[["there", 5, 3.14], {"a": {1}}]'], '"[\\"there\\", 5, 3.14] {\\"a\\": {1}}"'],
  ['sprintf', ['"%s"', '[true]'], '"true"'],
  ['sprintf', ['1', '[]'], 'type error: operand 1 must be string but got number'],
  ['sprintf', ['"%s"', '{1}'], 'type error: operand 2 must be array but got set'],
]);

/** Printed by Go's `fmt.Sprintf`. */
const printed: [format: string, values: (string | number | bigint)[], text: string][] = [
  ['%02d', [5], '05'],
  ['%-5d|', [42], '42   |'],
  ['%+d % d', [5, 5], '+5  5'],
  ['%5.3d', [7], '  007'],
  ['%x %X %#x', [255, 255, 255], 'ff FF 0xff'],
  ['%b %o %O', [5, 8, 8], '101 10 0o10'],
  ['%c %U %q', [128512, 128512, 65], "\u{1f600} U+1F600 'A'"],
  ['%s', [5], '%!s(int=5)'],
  ['%d', ['x'], '%!d(string=x)'],
  ['%d', [1.5], '%!d(float64=1.5)'],
  ['%t', ['true'], '%!t(string=true)'],
  ['%d %s', [1], '1 %!s(MISSING)'],
  ['%d', [1, 'a', 2.5], '1%!(EXTRA string=a, float64=2.5)'],
  ['%', [], '%!(NOVERB)'],
  ['%%', [], '%'],
  ['%z', [1], '%!z(int=1)'],
  ['%T %T %T', ['a', 1, 1.5], 'string int float64'],
  ['%[2]d %[1]d', [1, 2], '2 1'],
  ['%[3]d', [1], '%!d(BADINDEX)'],
  ['%*d', [5, 42], '   42'],
  ['%-*d|', [5, 42], '42   |'],
  ['%*d', ['x', 42], '%!(BADWIDTH)42'],
  ['%.*f', [2, 3.1375], '3.14'],
  ['%v', [1234567.5], '1.2345675e+06'],
  ['%v', [0.00001], '1e-05'],
  ['%v', [3.14], '3.14'],
  ['%f %.2f %.0f %.0f', [1.5, 2.345, 0.5, 2.5], '1.500000 2.35 0 2'],
  ['%e %E %.3e', [1234.5678, 0.5, 1.5], '1.234568e+03 5.000000E-01 1.500e+00'],
  ['%g %G %.3g', [1e-7, 1e-7, 1234.5], '1e-07 1E-07 1.23e+03'],
  ['%8.2f|%-8.2f|%08.2f', [3.1375, 3.1375, -3.1375], '    3.14|3.14    |-0003.14'],
  ['%q %+q %#q', ['a"é', 'é', 'a`b'], '"a\\"é" "\\u00e9" "a`b"'],
  ['%#q', ['plain'], '`plain`'],
  ['%x % x %X', ['hé', 'hé', 'hé'], '68c3a9 68 c3 a9 68C3A9'],
  ['%5s|%-5s|%.2s', ['añb', 'añb', 'añb'], '  añb|añb  |añ'],
  [
    '%d %x %s',
    [123456789012345678901234567890n, 18446744073709551616n, 18446744073709551616n],
    '123456789012345678901234567890 10000000000000000 18446744073709551616',
  ],
  ['%e', [123456789012345678901234567890n], '%!e(big.Int=123456789012345678901234567890)'],
  ['%0.4d', [7], '0007'],
  ['%6d|%06d|%-06d|', [-5, -5, -5], '    -5|-00005|-5    |'],
  ['%b', [0.5], '4503599627370496p-53'],
  ['%x %.2x', [0.5, 1.999], '0x1p-01 0x1.00p+01'],
  ['%', [1], '%!(NOVERB)%!(EXTRA int=1)'],
];

for (const [format, values, text] of printed) {
  test(`${JSON.stringify(format)} prints ${JSON.stringify(text)}`, () =>
    assert.equal(sprintf(format, values), text));
}

test('widths beyond a million are refused as Go refuses them', () => {
  assert.equal(sprintf('%2000000d', [1]).length < 100, true);
  assert.throws(() => sprintf('%999999d'.repeat(300), new Array(300).fill(1)), {
    message: 'formatted string is too long',
  });
});
