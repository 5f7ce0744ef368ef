namespace LiteKube.Cel.Tests;

/// <summary>Conversions, strings, times, optionals and the libraries of Kubernetes.</summary>
public sealed class LibraryTests
{
    public static TheoryData<string, string> ConversionCases => Evaluation.Cases("""
        int('42') => 42
        int('-7') => -7
        int('x') => error: type conversion error from 'string' to 'int'
        int('9223372036854775808') => error: type conversion error
        int(42u) => 42
        int(18446744073709551615u) => error: integer overflow
        int(1.9) => 1
        int(-1.9) => -1
        int(1e99) => error: integer overflow
        int(-9223372036854775808.0) => error: integer overflow
        int(9223372036854775807.0) => error: integer overflow
        int(timestamp('1970-01-01T00:16:40Z')) => 1000
        int(double('NaN')) => error: integer overflow
        uint(42) => 42u
        uint(-1) => error: unsigned integer overflow
        uint('7') => 7u
        uint(3.99) => 3u
        uint(-0.5) => error: unsigned integer overflow
        double(3) => 3.0
        double(3u) => 3.0
        double('1.5') => 1.5
        double('x') => error: type conversion error
        string(1) => '1'
        string(-1) => '-1'
        string(1u) => '1'
        string(1.5) => '1.5'
        string(1.0) => '1'
        string(123456789.0) => '1.23456789e+08'
        string(100000.0) => '100000'
        string(-4.5e-3) => '-0.0045'
        string(0.1) => '0.1'
        string(123.456) => '123.456'
        string(1e21) => '1e+21'
        string(1e-7) => '1e-07'
        string(-2.5e-9) => '-2.5e-09'
        string(double('Infinity')) => '+Inf'
        string(true) => 'true'
        string('a') => 'a'
        string(b'abc') => 'abc'
        string(b'\xff') => error: invalid UTF-8
        string(timestamp('2009-02-13T23:31:30Z')) => '2009-02-13T23:31:30Z'
        string(timestamp('2009-02-13T23:31:30.5+01:00')) => '2009-02-13T22:31:30.5Z'
        string(duration('1h30m')) => '5400s'
        string(duration('-1.5s')) => '-1.5s'
        string([1]) => refused: found no matching overload for 'string' applied to '(list(int))'
        bytes('abc') => b'abc'
        bytes(b'a') => b'a'
        bool('true') => true
        bool('False') => false
        bool('yes') => error: type conversion error from 'string' to 'bool'
        bool(true) => true
        dyn(1) == dyn(1u) => true
        type(dyn('a')) == string => true
        """);

    public static TheoryData<string, string> Strings => Evaluation.Cases("""
        'abc'.contains('b') => true
        'abc'.contains('') => true
        'abc'.contains('x') => false
        'abc'.startsWith('ab') => true
        'abc'.startsWith('bc') => false
        'abc'.endsWith('bc') => true
        'abc' + 'def' => 'abcdef'
        b'a' + b'b' => b'ab'
        'abc'.matches('^a.c$') => true
        'abc'.matches('b') => true
        matches('abc', 'x') => false
        'a\n'.matches('^a$') => false
        'abc'.matches(s + '(') => error: error parsing regexp
        'abc'.matches('(') => refused: invalid matches argument
        'abc'.matches('(?=a)') => refused: invalid matches argument
        'abc'.matches('(a)\\1') => refused: invalid matches argument
        'ABC'.matches('(?i)abc') => true
        'a1'.matches('^[[:alpha:]]\\d$') => true
        '٣'.matches('^\\d$') => false
        'é'.matches('^\\pL$') => true
        'x'.matches('^\\PL$') => false
        'a.b'.matches('^\\Qa.b\\E$') => true
        'ab'.matches('^(?P<first>a)b$') => true
        'aaa'.matches('^a{2,3}$') => true
        'a{'.matches('a{') => true
        'a-b'.matches('^[a\\-b]+$') => true
        '-'.matches('^[-a]$') => true
        'a'.matches('a**') => refused: invalid matches argument
        'a'.matches('a{1001}') => refused: invalid matches argument
        'tacocat'.charAt(3) => 'o'
        'tacocat'.charAt(7) => ''
        'tacocat'.charAt(8) => error: index out of range: 8
        '©αT'.charAt(1) => 'α'
        '😀b'.charAt(0) => '😀'
        'tacocat'.indexOf('') => 0
        'tacocat'.indexOf('ac') => 1
        'tacocat'.indexOf('none') => -1
        'tacocat'.indexOf('a', 3) => 5
        'tacocat'.indexOf('a', -1) => error: index out of range: -1
        '😀b'.indexOf('b') => 1
        'tacocat'.lastIndexOf('at') => 5
        'tacocat'.lastIndexOf('none') => -1
        'tacocat'.lastIndexOf('') => 7
        'tacocat'.lastIndexOf('a', 3) => 1
        ['hello', 'mellow'].join() => 'hellomellow'
        ['hello', 'mellow'].join(' ') => 'hello mellow'
        [].join(',') => ''
        [dyn(1)].join() => error: no such overload
        'TacoCat'.lowerAscii() => 'tacocat'
        'TacoCÆt Xii'.lowerAscii() => 'tacocÆt xii'
        'tacoCat'.upperAscii() => 'TACOCAT'
        'hello hello'.replace('he', 'we') => 'wello wello'
        'hello hello'.replace('he', 'we', 1) => 'wello hello'
        'hello'.replace('', '_') => '_h_e_l_l_o_'
        'hello hello'.replace('he', 'we', 0) => 'hello hello'
        'hello hello hello'.split(' ') => ['hello', 'hello', 'hello']
        'hello hello hello'.split(' ', 0) => []
        'hello hello hello'.split(' ', 1) => ['hello hello hello']
        'hello hello hello'.split(' ', 2) => ['hello', 'hello hello']
        'a😀'.split('') => ['a', '😀']
        'tacocat'.substring(4) => 'cat'
        'tacocat'.substring(0, 4) => 'taco'
        'tacocat'.substring(2, 1) => error: invalid substring range. start: 2, end: 1
        'tacocat'.substring(9) => error: index out of range: 9
        'ta©o😀αT'.substring(3, 6) => 'o😀α'
        '  trim\n '.trim() => 'trim'
        'gums'.reverse() => 'smug'
        'John Smith'.reverse() => 'htimS nhoJ'
        strings.quote('a "b"\n') => '"a \\"b\\"\\n"'
        'no args'.format([]) => 'no args'
        '%d %s'.format([dyn(1), 'a']) => '1 a'
        '%s'.format([[1, 2]]) => '[1, 2]'
        '%s'.format([{'b': dyn(1), 'a': true}]) => '{a: true, b: 1}'
        '%s %s'.format([dyn(null), type(1)]) => 'null int'
        '%s'.format([duration('90s')]) => '90s'
        '%.3f'.format([1.0]) => '1.000'
        '%f'.format([2]) => '2.000000'
        '%.2e'.format([1234.5]) => '1.23e+03'
        '%b %b'.format([dyn(5), true]) => '101 1'
        '%x %X'.format([dyn(255), 'hi']) => 'ff 6869'
        '%o'.format([8]) => '10'
        '%%'.format([]) => '%'
        '%s'.format([]) => error: index 0 out of range
        '%d'.format(['a']) => error: decimal clause can only be used on integers
        '%z'.format([1]) => error: unrecognized formatting clause
        """);

    public static TheoryData<string, string> Times => Evaluation.Cases("""
        timestamp('2009-02-13T23:31:30Z').getFullYear() => 2009
        timestamp('2009-02-13T23:31:30Z').getMonth() => 1
        timestamp('2009-02-13T23:31:30Z').getDate() => 13
        timestamp('2009-02-13T23:31:30Z').getDayOfMonth() => 12
        timestamp('2009-02-13T23:31:30Z').getDayOfWeek() => 5
        timestamp('2009-02-13T23:31:30Z').getDayOfYear() => 43
        timestamp('2009-02-13T23:31:30Z').getHours() => 23
        timestamp('2009-02-13T23:31:30Z').getMinutes() => 31
        timestamp('2009-02-13T23:31:30Z').getSeconds() => 30
        timestamp('2009-02-13T23:31:20.123456789Z').getMilliseconds() => 123
        timestamp('2009-02-13T23:31:30Z').getHours('+02:00') => 1
        timestamp('2009-02-13T23:31:30Z').getDate('+02:00') => 14
        timestamp('2009-02-13T02:00:00Z').getHours('-02:30') => 23
        timestamp('2009-02-13T23:31:30Z').getHours('UTC') => 23
        timestamp('2009-02-13T23:31:30Z').getHours('No/Where') => error: unknown time zone
        timestamp('2009-02-13T23:31:30Z') + duration('240s') == timestamp('2009-02-13T23:35:30Z') => true
        duration('120s') + timestamp('2009-02-13T23:01:00Z') == timestamp('2009-02-13T23:03:00Z') => true
        timestamp('2009-02-13T23:10:00Z') - duration('600s') == timestamp('2009-02-13T23:00:00Z') => true
        timestamp('2009-02-13T23:31:00Z') - timestamp('2009-02-13T23:29:00Z') == duration('120s') => true
        timestamp('9999-12-31T23:59:59Z') + duration('1s') => error: timestamp overflow
        timestamp('0001-01-01T00:00:00Z') - duration('1ns') => error: timestamp overflow
        timestamp('0000-01-01T00:00:00Z' + '') => error: type conversion error
        timestamp('10000-01-01T00:00:00Z') => refused: invalid timestamp argument
        timestamp('2009-02-13') => refused: invalid timestamp argument
        timestamp(1234567890) == timestamp('2009-02-13T23:31:30Z') => true
        duration('1h1m1s').getHours() => 1
        duration('10000s').getMinutes() => 166
        duration('1h').getSeconds() => 3600
        duration('123.321456789s').getMilliseconds() => 321
        duration('1.5h') == duration('90m') => true
        duration('-1m') == duration('-60s') => true
        duration('1s') + duration('1ms') == duration('1001ms') => true
        duration('1m') - duration('1s') == duration('59s') => true
        duration('1us') == duration('1000ns') => true
        duration('x') => refused: invalid duration argument
        duration('1') => refused: invalid duration argument
        duration('1d') => refused: invalid duration argument
        duration('1s' + 'x') => error: type conversion error
        duration('9223372036s') + duration('9223372036s') => error: duration overflow
        duration('1s') == duration('1000ms') => true
        """);

    public static TheoryData<string, string> Optionals => Evaluation.Cases("""
        optional.of(1).hasValue() => true
        optional.none().hasValue() => false
        optional.of(1).value() => 1
        optional.none().value() => error: optional.none() dereference
        optional.ofNonZeroValue(0).hasValue() => false
        optional.ofNonZeroValue('').hasValue() => false
        optional.ofNonZeroValue([1]).value() => [1]
        optional.none().orValue(2) => 2
        optional.of(1).orValue(2) => 1
        optional.of(1).orValue(1/0) => 1
        optional.none().or(optional.of(3)).value() => 3
        optional.of(1) == optional.of(1) => true
        optional.none() == optional.of(1) => false
        optional.none() == optional.none() => true
        {'a': 1}.?a => optional.of(1)
        {'a': 1}.?b => optional.none()
        {'a': {'b': 1}}.?a.b => optional.of(1)
        {'a': {}}.?a.?b.orValue(5) => 5
        y.?zzz.zzz.orValue('d') => 'd'
        [1, 2][?1] => optional.of(2)
        [1, 2][?5] => optional.none()
        {'a': 1}[?'a'].value() => 1
        {'a': [1]}.?a[?0].value() => 1
        [?optional.of(1), ?optional.none(), 3] => [1, 3]
        {?'a': optional.of(1), ?'b': optional.none()} => {'a': 1}
        [?1] => refused: expected type 'optional_type(dyn)' but found 'int'
        optional.of(2).optMap(v, v * 2) => optional.of(4)
        optional.none().optMap(v, 1) => optional.none()
        optional.of({'a': 1}).optFlatMap(v, v.?a) => optional.of(1)
        optional.of(1).optMap(v, 1/0) => error: division by zero
        has({'a': {}}.?a.b) => false
        has(optional.of({'a': 1}).a) => true
        type(optional.of(1)) == optional_type => true
        """);

    public static TheoryData<string, string> ListCases => Evaluation.Cases("""
        [1, 2, 3].isSorted() => true
        [1, 3, 2].isSorted() => false
        ['a', 'b'].isSorted() => true
        [].isSorted() => true
        [1, 3].sum() => 4
        [1.0, 3.0].sum() => 4.0
        [1u, 2u].sum() => 3u
        [duration('1m'), duration('1s')].sum() => duration('61s')
        [9223372036854775807, 1].sum() => error: integer overflow
        ['a'].sum() => refused: found no matching overload for 'sum'
        [3, 1, 2].min() => 1
        [3, 1, 2].max() => 3
        ['b', 'a'].max() => 'b'
        y.list.max() => 3
        [dyn(1)].filter(x, x > 1).min() => error: min called on empty list
        [1, 2, 2, 3].indexOf(2) => 1
        ['a', 'b', 'b'].lastIndexOf('b') => 2
        [1.0].indexOf(1.1) => -1
        [1, 2, 3, 4].slice(1, 3) => [2, 3]
        [1, 2].slice(1, 5) => error: cannot slice(1, 5), list is length 2
        [1, 2].slice(2, 1) => error: start index must be less than or equal to end index
        [[1], [2, 3]].flatten() => [1, 2, 3]
        [1, 2, 2, 1].distinct() => [1, 2]
        lists.range(3) => [0, 1, 2]
        [1, 2, 3].reverse() => [3, 2, 1]
        [3, 1, 2].sort() => [1, 2, 3]
        ['b', 'a'].sort() => ['a', 'b']
        [{'n': 2}, {'n': 1}].sortBy(e, e.n) => [{'n': 1}, {'n': 2}]
        [1, 2].first().value() => 1
        [].last().hasValue() => false
        sets.contains([1, 2, 3], [2]) => true
        sets.contains([], [1]) => false
        sets.equivalent([1, 1], [1]) => true
        sets.equivalent([dyn(1)], [dyn(1u), 1.0]) => true
        sets.intersects([1, 2], [2, 3]) => true
        sets.intersects([1], []) => false
        'abc 123'.find('[0-9]+') => '123'
        'abc'.find('[0-9]+') => ''
        '1 2 3'.findAll('[0-9]') => ['1', '2', '3']
        '1 2 3'.findAll('[0-9]', 2) => ['1', '2']
        '1'.findAll('x') => []
        '1'.find('(' + s) => error: Illegal regex
        jsonpatch.escapeKey('a/b~c') => 'a~1b~0c'
        """);

    public static TheoryData<string, string> KubernetesCases => Evaluation.Cases("""
        url('https://example.com:80/p a?k=1&k=2&j=%20').getScheme() => 'https'
        url('https://example.com:80/').getHost() => 'example.com:80'
        url('https://example.com:80/').getHostname() => 'example.com'
        url('https://example.com/').getPort() => ''
        url('https://[::1]:80/').getHost() => '[::1]:80'
        url('https://[::1]:80/').getHostname() => '::1'
        url('https://example.com/path with spaces/').getEscapedPath() => '/path%20with%20spaces/'
        url('/path').getHost() => ''
        url('https://e.com/p?k=a&k=b&j=c+d').getQuery() => {'k': ['a', 'b'], 'j': ['c d']}
        url('https://a:b:c/') => error: URL parse error during conversion from string
        isURL('https://user:pass@example.com:80/') => true
        isURL('/absolute') => true
        isURL('../relative') => false
        isURL('https://a:b:c/') => false
        isURL('') => false
        url('https://a/') == url('https://a/') => true
        isIP('127.0.0.1') => true
        isIP('::1') => true
        isIP('127.0.0.256') => false
        isIP('127.0.0.01') => false
        isIP('::ffff:1.2.3.4') => false
        isIP('fe80::1%eth0') => false
        isIP('1.2.3') => false
        ip('192.168.0.1').family() => 4
        ip('2001:db8::1').family() => 6
        string(ip('2001:DB8:0:0::1')) => '2001:db8::1'
        ip.isCanonical('2001:db8::1') => true
        ip.isCanonical('2001:DB8::1') => false
        ip('127.0.0.1').isLoopback() => true
        ip('0.0.0.0').isUnspecified() => true
        ip('::').isUnspecified() => true
        ip('224.0.0.1').isLinkLocalMulticast() => true
        ip('169.254.1.1').isLinkLocalUnicast() => true
        ip('fe80::1').isLinkLocalUnicast() => true
        ip('192.168.0.1').isGlobalUnicast() => true
        ip('255.255.255.255').isGlobalUnicast() => false
        ip('x') => error: IP Address "x" parse error during conversion from string
        ip('::1') == ip('0:0::1') => true
        type(ip('1.2.3.4')) == net.IP => true
        cidr('192.168.0.0/24').containsIP('192.168.0.1') => true
        cidr('192.168.0.0/24').containsIP(ip('192.168.1.1')) => false
        cidr('192.168.0.0/24').containsIP('x') => error: IP Address
        cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') => true
        cidr('192.168.0.0/24').containsCIDR(cidr('192.168.0.0/16')) => false
        cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24') => true
        cidr('192.168.1.5/24').ip() == ip('192.168.1.5') => true
        cidr('::1/128').prefixLength() => 128
        string(cidr('10.0.0.0/8')) => '10.0.0.0/8'
        isCIDR('10.0.0.0/8') => true
        isCIDR('10.0.0.0/33') => false
        isCIDR('10.0.0.0') => false
        quantity('1Gi').compareTo(quantity('1024Mi')) => 0
        quantity('50k').isGreaterThan(quantity('50Ki')) => false
        quantity('50M').isLessThan(quantity('100M')) => true
        quantity('1.5Gi').isInteger() => true
        quantity('50m').isInteger() => false
        quantity('5k').asInteger() => 5000
        quantity('50m').asInteger() => error: cannot convert value to integer
        quantity('500m').asApproximateFloat() => 0.5
        quantity('1').add(quantity('500m')) == quantity('1500m') => true
        quantity('50k').sub(20) == quantity('49980') => true
        quantity('-1').sign() => -1
        quantity('1e3') == quantity('1k') => true
        isQuantity('1.3G') => true
        isQuantity('200K') => false
        isQuantity('') => false
        quantity('Mi') => error: quantities must match the regular expression
        semver('1.2.3').major() => 1
        semver('1.2.3').minor() => 2
        semver('1.2.3-rc.1+b').patch() => 3
        semver('1.0.0-alpha').isLessThan(semver('1.0.0')) => true
        semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta')) => -1
        semver('1.0.0-alpha.10').isGreaterThan(semver('1.0.0-alpha.9')) => true
        semver('2.0.0').compareTo(semver('2.0.0+build')) => 0
        semver('v1.0', true) == semver('1.0.0') => true
        semver('01.01.01', true) == semver('1.1.1') => true
        isSemver('1.0') => false
        isSemver('1.0', true) => true
        isSemver('01.0.0') => false
        semver('x') => error: No Major.Minor.Patch elements found
        format.dns1123Label().validate('my-name').hasValue() => false
        format.dns1123Label().validate('My_Name').value()[0].startsWith('a lowercase RFC 1123 label must consist') => true
        format.dns1123Subdomain().validate('a.b').hasValue() => false
        format.dns1035Label().validate('1a').hasValue() => true
        format.dns1123LabelPrefix().validate('a-').hasValue() => false
        format.qualifiedName().validate('example.com/x').hasValue() => false
        format.labelValue().validate('-').hasValue() => true
        format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() => false
        format.byte().validate('aGVsbG8=').hasValue() => false
        format.byte().validate('*').hasValue() => true
        format.date().validate('2021-02-30').hasValue() => true
        format.datetime().validate('2021-01-01T00:00:00Z').hasValue() => false
        format.uri().validate('http://example.com').hasValue() => false
        format.named('dns1123Label').value().validate('x').hasValue() => false
        format.named('zzz').hasValue() => false
        """);

    public static TheoryData<string, string> ParseCases => Evaluation.Cases("""
        1 + => refused: ERROR: <input>:1:4: Syntax error: mismatched input '<EOF>' expecting {'[', '{', '('
        (1 => refused: ERROR: <input>:1:3: Syntax error: mismatched input '<EOF>' expecting ')'
        1 2 => refused: ERROR: <input>:1:3: Syntax error: extraneous input '2' expecting <EOF>
        'abc => refused: ERROR: <input>:1:1: Syntax error: token recognition error at: ''abc'
        '\z' => refused: Syntax error: token recognition error
        '\ud800' => refused: Syntax error: token recognition error
        b'\u00ff' => refused: Syntax error: token recognition error
        1 @ 2 => refused: ERROR: <input>:1:3: Syntax error: token recognition error at: '@'
        {1: 2 => refused: mismatched input '<EOF>'
        [1, 2 => refused: mismatched input '<EOF>'
        for => refused: ERROR: <input>:1:1: reserved identifier: for
        namespace => refused: reserved identifier: namespace
        a.b.c. => refused: Syntax error: no viable alternative at input '.<EOF>'
        x ? 1 => refused: expecting ':'
        1 = 2 => refused: token recognition error at: '='
        zzz.f(1) => refused: undeclared reference to 'zzz'
        Zzz{a: 1} => refused: undeclared reference to 'Zzz' (in container '')
        int{a: 1} => refused: 'int' is not a message type
        'a' + zzz + 'b' => refused: ERROR: <input>:1:7: undeclared reference to 'zzz' (in container '')
        1 +	zzz => refused: ERROR: <input>:1:5
        '😀' + zzz => refused: ERROR: <input>:1:7: undeclared reference
        """);

    [Theory, MemberData(nameof(ConversionCases))]
    public void Conversions_between_types(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Strings))]
    public void Strings_and_their_extension(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Times))]
    public void Timestamps_and_durations(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Optionals))]
    public void Optional_values(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(ListCases))]
    public void Lists_sets_and_regular_expressions(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(KubernetesCases))]
    public void The_libraries_of_Kubernetes(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(ParseCases))]
    public void Faults_are_named_with_their_place(string expression, string expected) => Evaluation.Expect(expression, expected);
}
