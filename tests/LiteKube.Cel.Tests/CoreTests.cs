namespace LiteKube.Cel.Tests;

/// <summary>Values, operators and macros, area by area of the specification's conformance tests.</summary>
public sealed class CoreTests
{
    public static TheoryData<string, string> Basic => Evaluation.Cases("""
        0 => 0
        42 => 42
        0x2a => 42
        42u => 42u
        0x2AU => 42u
        -3 => 0 - 3
        --3 => 3
        ---3 => -3
        -9223372036854775808 => -9223372036854775807 - 1
        18446744073709551615u => 18446744073709551614u + 1u
        0.0 => 0.0
        .5 => 0.5
        2.3e1 => 23.0
        1e3 => 1000.0
        1E-2 => 0.01
        '' => ""
        '\303\277' => 'ÿ'.replace('ÿ', 'Ã¿')
        "no \"escaping\"" => 'no "escaping"'
        '\a\b\f\n\r\t\v\\\'\?\`' => '\x07\x08\x0c\x0a\x0d\x09\x0b\x5c\x27?\x60'
        '\u2764' => '❤'
        '\U0001F431' => '🐱'
        '''two "quotes"''' => 'two "quotes"'
        r'\n' => '\\n'
        R"\d+" => '\\d+'
        b'abc' => bytes('abc')
        b'\303\277' => b'\xc3\xbf'
        B'ÿ' => b'\xc3\xbf'
        bR'\n' => b'\\n'
        true => true
        false => false
        null => null
        [] => []
        [1, 2, 3,] => [1, 2, 3]
        [[1], [2]] => [[1]] + [[2]]
        {} => {}
        {'k': 'v',} => {"k": 'v'}
        {1: 2, 2: 4}[2] => 4
        {true: 1}[true] => 1
        {1u: 1}[1u] => 1
        x => 7
        n => -3
        a.b => 42
        s => 'text'
        1 // a comment => 1
        """);

    public static TheoryData<string, string> Comparisons => Evaluation.Cases("""
        1 == 1 => true
        1 == 2 => false
        -5 == -5 => true
        1u == 1u => true
        1u == 2u => false
        1.0 == 1.0 => true
        0.0 == -0.0 => true
        double('NaN') == double('NaN') => false
        double('NaN') != double('NaN') => true
        '' == "" => true
        'abc' == 'abcd' => false
        'ΑΒΓ' == 'ΑΒΓ' => true
        null == null => true
        true == false => false
        b'a' == b'a' => true
        b'a' == b'b' => false
        [] == [] => true
        [1, 2] == [1, 2] => true
        [1, 2] == [2, 1] => false
        [1] == [1, 2] => false
        {'k': 1} == {'k': 1} => true
        {'k': 1} == {'k': 2} => false
        {'a': 1, 'b': 2} == {'b': 2, 'a': 1} => true
        {'a': 1} == {'b': 1} => false
        dyn(1) == 1u => true
        dyn(1) == 1.0 => true
        dyn(1u) == 1 => true
        dyn(1.5) == 1 => false
        dyn(-1) == 18446744073709551615u => false
        dyn('1') == 1 => false
        dyn(null) == 1 => false
        dyn([1]) == [1.0] => true
        dyn({'k': 1}) == {'k': 1u} => true
        dyn({1: 1}) == {1u: 1.0} => true
        type(1) == int => true
        type(1u) == uint => true
        type(1.0) == double => true
        type('') == string => true
        type(b'') == bytes => true
        type([]) == list => true
        type({}) == map => true
        type(null) == null_type => true
        type(true) == bool => true
        type(type(1)) == type => true
        type(timestamp(0)) == google.protobuf.Timestamp => true
        type(duration('1s')) == google.protobuf.Duration => true
        type(optional.none()) == optional_type => true
        type(1) == uint => false
        1 == 'a' => refused: found no matching overload for '_==_' applied to '(int, string)'
        1 != 1 => false
        'a' != 'b' => true
        dyn([1]) != ['a'] => true
        1 < 2 => true
        2 < 2 => false
        2 <= 2 => true
        3 > 2 => true
        2 >= 3 => false
        0 < -1 => false
        1u < 2u => true
        1.5 < 2.5 => true
        2.5 <= double('NaN') => false
        2.5 > double('NaN') => false
        'a' < 'b' => true
        'abc' < 'abcd' => true
        'Z' < 'a' => true
        'ÿ' < '🐱' => true
        '￿' < '🐱' => true
        b'a' < b'b' => true
        false < true => true
        true < false => false
        1 < 2u => true
        2u > 1 => true
        1 < 1.5 => true
        1.5 > 1 => true
        1u <= 1.0 => true
        9223372036854775807 < 9223372036854775808.0 => true
        9223372036854775807 < 9223372036854775808u => true
        -1 < 0u => true
        18446744073709551615u > -1 => true
        dyn(1) < 2u => true
        dyn('a') < 'b' => true
        dyn('a') < 1 => error: no such overload
        timestamp(1) < timestamp(2) => true
        duration('1s') < duration('1m') => true
        1 < 'a' => refused: found no matching overload for '_<_' applied to '(int, string)'
        [1] < [2] => refused: found no matching overload for '_<_'
        1 in [1, 2] => true
        3 in [1, 2] => false
        1 in [] => false
        'a' in ['a'] => true
        dyn(1) in [1.0, 2.0] => true
        dyn(1u) in [1, 2] => true
        'k' in {'k': 1} => true
        'v' in {'k': 'v'} => false
        dyn(1.0) in {1: 'x'} => true
        'a' in 'abc' => refused: found no matching overload for '@in' applied to '(string, string)'
        """);

    public static TheoryData<string, string> Numbers => Evaluation.Cases("""
        1 + 2 => 3
        40 - 2 => 38
        6 * 7 => 42
        7 / 2 => 3
        -7 / 2 => -3
        7 % 3 => 1
        -7 % 3 => -1
        7 % -3 => 1
        2 + 3 * 4 => 14
        (2 + 3) * 4 => 20
        10 - 3 - 2 => 5
        100 / 10 / 2 => 5
        -n => 3
        9223372036854775807 + 1 => error: integer overflow
        -9223372036854775808 - 1 => error: integer overflow
        9223372036854775807 * 2 => error: integer overflow
        -9223372036854775808 / -1 => error: integer overflow
        -9223372036854775808 % -1 => error: integer overflow
        -(-9223372036854775808) => error: integer overflow
        1 / 0 => error: division by zero
        1 % 0 => error: modulus by zero
        1u + 2u => 3u
        1u - 2u => error: unsigned integer overflow
        18446744073709551615u + 1u => error: unsigned integer overflow
        9223372036854775808u * 2u => error: unsigned integer overflow
        5u / 2u => 2u
        5u % 2u => 1u
        1u / 0u => error: division by zero
        1u % 0u => error: modulus by zero
        1.5 + 1.5 => 3.0
        1.5 - 2.0 => -0.5
        1.5 * 2.0 => 3.0
        1.0 / 4.0 => 0.25
        1.0 / 0.0 => double('Infinity')
        -1.0 / 0.0 => double('-Infinity')
        -(1.5) => -1.5
        1.0 + 1 => refused: found no matching overload for '_+_' applied to '(double, int)'
        1 + 1u => refused: found no matching overload for '_+_' applied to '(int, uint)'
        1.5 % 1.0 => refused: found no matching overload for '_%_'
        -1u => refused: found no matching overload for '-_' applied to '(uint)'
        dyn(1) + 1u => error: no such overload
        x + 1 => 8
        9223372036854775808 => refused: invalid int literal
        18446744073709551616u => refused: invalid uint literal
        1e400 => refused: invalid double literal
        """);

    public static TheoryData<string, string> LogicCases => Evaluation.Cases("""
        true && true => true
        true && false => false
        false && true => false
        false || true => true
        false || false => false
        !true => false
        !!true => true
        !false && !false => true
        true ? 1 : 2 => 1
        false ? 1 : 2 => 2
        false ? 1/0 : 2 => 2
        true ? 1 : 1/0 => 1
        (1/0 > 0) ? 1 : 2 => error: division by zero
        true ? (false ? 1 : 2) : 3 => 2
        true ? false ? 1 : 2 : 3 => refused: Syntax error: mismatched input '?' expecting ':'
        false ? 1 : true ? 2 : 3 => 2
        false && 1/0 > 0 => false
        1/0 > 0 && false => false
        true || 1/0 > 0 => true
        1/0 > 0 || true => true
        true && 1/0 > 0 => error: division by zero
        1/0 > 0 || false => error: division by zero
        1/0 > 0 && 1%0 > 0 => error: division by zero
        dyn(1) && false => false
        false && dyn('a') => false
        dyn(1) && true => error: no such overload
        dyn(1) || true => true
        true && 1 => refused: found no matching overload for '_&&_' applied to '(bool, int)'
        1 ? 2 : 3 => refused: found no matching overload for '_?_:_' applied to '(int, int, int)'
        true ? 1 : 'a' => refused: found no matching overload for '_?_:_' applied to '(bool, int, string)'
        !1 => refused: found no matching overload for '!_' applied to '(int)'
        true && true && true && false => false
        false || false || false || true => true
        1 < 2 && 2 < 3 || false => true
        """);

    public static TheoryData<string, string> Lists => Evaluation.Cases("""
        [1] + [2] => [1, 2]
        [] + [1] => [1]
        [1] + [] => [1]
        [] + [] => []
        [1] + ['a'] => refused: found no matching overload for '_+_' applied to '(list(int), list(string))'
        [7, 8, 9][0] => 7
        [7, 8, 9][2] => 9
        [7, 8, 9][3] => error: index out of bounds: 3
        [7, 8, 9][-1] => error: index out of bounds: -1
        [7, 8, 9][dyn(1u)] => 8
        [7, 8, 9][dyn(1.0)] => 8
        [7, 8, 9][dyn(1.5)] => error: unsupported index type 'double' in list
        [7, 8, 9][dyn('a')] => error: unsupported index type 'string' in list
        size([]) => 0
        size([1, 2]) => 2
        [1, 2].size() => 2
        size({}) => 0
        {'a': 1}.size() => 1
        size('héllo') => 5
        '🐱'.size() => 1
        size(b'\xc3\xbf') => 2
        size(1) => refused: found no matching overload for 'size' applied to '(int)'
        [1, 'a'] => refused: expected type 'int' but found 'string'
        [1, dyn('a')].size() => 2
        {'a': 1, 'b': 'c'} => refused: expected type 'int' but found 'string'
        {'a': 1, 'a': 2} => error: Failed with repeated key: a
        {'a': 1}['b'] => error: no such key: b
        {1: 'x'}[dyn(1.0)] => 'x'
        {1.5: 1} => refused: unsupported map key type: double
        """);

    public static TheoryData<string, string> Fields => Evaluation.Cases("""
        {'a': 1}.a => 1
        {'a': {'b': 2}}.a.b => 2
        {'a': 1}.b => error: no such key: b
        has({'a': 1}.a) => true
        has({'a': 1}.b) => false
        has({'a': null}.a) => true
        has(y.map.a) => true
        has(y.map.zzz) => false
        has(y.zzz.a) => error: no such key: zzz
        y.list[1] => 2
        y.text => 'hällo'
        y.real => 1.5
        y.none => null
        y.map['b-c'] => 2
        y.zzz => error: no such key: zzz
        object.metadata.namespace => 'default'
        object.spec.replicas + 1 => 4
        object.metadata.labels.app == object.metadata.name => true
        x.field => error: no such overload
        s.field => refused: type 'string' does not support field selection
        n.field => refused: type 'int' does not support field selection
        zzz => refused: undeclared reference to 'zzz' (in container '')
        zzz.a.b => refused: undeclared reference to 'zzz' (in container '')
        zzz() => refused: undeclared reference to 'zzz' (in container '')
        has(x) => refused: invalid argument to has() macro
        .a.b => 42
        """);

    public static TheoryData<string, string> MacroCases => Evaluation.Cases("""
        [1, 2, 3].all(e, e > 0) => true
        [1, 2, 3].all(e, e > 1) => false
        [].all(e, e > 1) => true
        [1, 2, 3].all(e, 6 / (2 - e) > 100) => false
        [1, 2].all(e, 4 / (2 - e) > 0) => error: division by zero
        [1, 2, 3].exists(e, e == 2) => true
        [1, 2, 3].exists(e, e == 9) => false
        [].exists(e, e == 1) => false
        [2, 1].exists(e, 4 / (2 - e) > 0) => true
        [2].exists(e, 4 / (2 - e) > 0) => error: division by zero
        [1, 2, 3].exists_one(e, e == 2) => true
        [1, 2, 2].exists_one(e, e == 2) => false
        [1, 2, 2].existsOne(e, e == 1) => true
        [].exists_one(e, e == 7) => false
        [1, 0].exists_one(e, 1 / e == 1) => error: division by zero
        [1, 2, 3].map(e, e * 2) => [2, 4, 6]
        [1, 2, 3].map(e, e > 1, e * 2) => [4, 6]
        [].map(e, e) => []
        [1, 0].map(e, 1 / e) => error: division by zero
        [1, 2, 3].filter(e, e % 2 == 1) => [1, 3]
        [1, 2, 3].filter(e, e > 9) => []
        {'a': 1, 'b': 2}.all(k, k in ['a', 'b']) => true
        {'a': 1, 'b': 2}.exists(k, k == 'b') => true
        {'a': 1, 'b': 2}.map(k, k) => ['a', 'b']
        {'a': 1, 'b': 2}.filter(k, k > 'a') => ['b']
        {'a': 1, 'b': 2}.exists_one(k, k == 'b') => true
        [[1, 2], [3]].map(l, l.map(e, e + 1)) => [[2, 3], [4]]
        [1, 2].map(x, x + 1) => [2, 3]
        [1].map(x, .x) => dyn([7])
        [1, 2].all(i, e, i < e) => true
        [1, 2].exists(i, e, i == 1 && e == 2) => true
        [5, 6].existsOne(i, e, i + e == 7) => true
        {'a': 1}.all(k, v, k == 'a' && v == 1) => true
        {'a': 1, 'b': 2}.exists(k, v, v == 2) => true
        [5, 6].transformList(i, e, i * 10 + e) => [5, 16]
        [5, 6, 7].transformList(i, e, i > 0, e) => [6, 7]
        {'a': 1, 'b': 2}.transformList(k, v, k + string(v)) => ['a1', 'b2']
        {'a': 1, 'b': 2}.transformMap(k, v, v * 2) => {'a': 2, 'b': 4}
        {'a': 1, 'b': 2}.transformMap(k, v, v > 1, v * 2) => {'b': 4}
        [7, 8].transformMap(i, e, e) => {0: 7, 1: 8}
        {'a': 'x'}.transformMapEntry(k, v, {v: k}) => {'x': 'a'}
        ['a', 'b'].transformMapEntry(i, v, i == 1, {v: i}) => {'b': 1}
        ['a', 'a'].transformMapEntry(i, v, {v: i}) => error: already exists
        y.list.all(e, e > 0) => true
        y.map.exists(k, k == 'b-c') => true
        1.all(e, true) => refused: expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)
        x.all(e, true) => error: no such overload
        [1].all(e.f, true) => refused: argument must be a simple name
        [1].all(e, e) => refused: found no matching overload for '_&&_' applied to '(bool, int)'
        [1].filter(e, 'a') => refused: found no matching overload for '_?_:_'
        [1].all(e, zzz) => refused: undeclared reference to 'zzz'
        [1].map(e, e) + [e] => refused: undeclared reference to 'e'
        [1].transformMap(a, a, a) => refused: duplicate variable name: a
        """);

    [Theory, MemberData(nameof(Basic))]
    public void Literals_and_names(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Comparisons))]
    public void Equality_order_and_membership(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Numbers))]
    public void Arithmetic_of_every_number(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(LogicCases))]
    public void Logic_absorbs_errors_that_do_not_matter(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Lists))]
    public void Lists_and_maps(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(Fields))]
    public void Selection_and_presence(string expression, string expected) => Evaluation.Expect(expression, expected);

    [Theory, MemberData(nameof(MacroCases))]
    public void Macros_over_lists_and_maps(string expression, string expected) => Evaluation.Expect(expression, expected);
}
