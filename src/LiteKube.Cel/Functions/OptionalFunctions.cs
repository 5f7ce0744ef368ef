namespace LiteKube.Cel;

/// <summary>Optional values.</summary>
internal static class OptionalFunctions
{
    public static void AddTo(FunctionSet functions)
    {
        var a = FunctionSet.A;
        var optional = CelType.Optional(a);
        functions.Global("optional.of", "optional_of", [a], optional, v => OptionalValue.Of(v[0]));
        functions.Global("optional.ofNonZeroValue", "optional_ofNonZeroValue", [a], optional, v => IsZero(v[0]) ? OptionalValue.None : OptionalValue.Of(v[0]));
        functions.Global("optional.none", "optional_none", [], optional, _ => OptionalValue.None);
        functions.Member("value", "optional_value", [optional], a, v => ((OptionalValue)v[0]).Value ?? new ErrorValue("optional.none() dereference"));
        functions.Member("hasValue", "optional_hasValue", [optional], CelType.Bool, v => BoolValue.Of(((OptionalValue)v[0]).Value is not null));
        functions.Member("or", "optional_or_optional", [optional, optional], optional, v => ((OptionalValue)v[0]).Value is null ? v[1] : v[0]);
        functions.Member("orValue", "optional_orValue_value", [optional, a], a, v => ((OptionalValue)v[0]).Value ?? v[1]);
    }

    private static bool IsZero(CelValue value) => value switch
    {
        NullValue => true,
        BoolValue flag => !flag.Value,
        IntValue number => number.Value == 0,
        UintValue number => number.Value == 0,
        DoubleValue number => number.Value == 0,
        DurationValue duration => duration.Nanoseconds == 0,
        StringValue or BytesValue or ListValue or MapValue => value.Size == 0,
        OptionalValue optional => optional.Value is null,
        _ => false,
    };
}
