namespace LiteKube.Cel;

/// <summary>quantity, isQuantity and arithmetic on resource quantities.</summary>
internal static class QuantityLibrary
{
    public static void AddTo(FunctionSet functions)
    {
        CelType quantity = QuantityValue.QuantityType;
        functions.Global("quantity", "string_to_quantity", [CelType.String], quantity, v => QuantityValue.Parse(Text(v[0]))
            ?? (CelValue)new ErrorValue("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"), Costs.Traverse);
        functions.Global("isQuantity", "is_quantity_string", [CelType.String], CelType.Bool, v => BoolValue.Of(QuantityValue.Parse(Text(v[0])) is not null), Costs.Traverse);
        functions.Member("sign", "quantity_sign", [quantity], CelType.Int, v => IntValue.Of(decimal.Sign(Amount(v[0]))));
        functions.Member("isInteger", "quantity_is_integer", [quantity], CelType.Bool, v => BoolValue.Of(decimal.IsInteger(Amount(v[0]))));
        functions.Member("asInteger", "quantity_as_integer", [quantity], CelType.Int,
            v => decimal.IsInteger(Amount(v[0])) && Amount(v[0]) is >= long.MinValue and <= long.MaxValue ? IntValue.Of((long)Amount(v[0])) : new ErrorValue("cannot convert value to integer"));
        functions.Member("asApproximateFloat", "quantity_as_float", [quantity], CelType.Double, v => new DoubleValue((double)Amount(v[0])));
        functions.Member("isGreaterThan", "quantity_is_greater_than", [quantity, quantity], CelType.Bool, v => BoolValue.Of(Amount(v[0]) > Amount(v[1])));
        functions.Member("isLessThan", "quantity_is_less_than", [quantity, quantity], CelType.Bool, v => BoolValue.Of(Amount(v[0]) < Amount(v[1])));
        functions.Member("compareTo", "quantity_compare_to", [quantity, quantity], CelType.Int, v => IntValue.Of(Amount(v[0]).CompareTo(Amount(v[1]))));
        Sum("add", 1);
        Sum("sub", -1);

        void Sum(string function, int sign)
        {
            functions.Member(function, $"quantity_{function}", [quantity, quantity], quantity, v => new QuantityValue(Amount(v[0]) + sign * Amount(v[1])));
            functions.Member(function, $"quantity_{function}_int", [quantity, CelType.Int], quantity, v => new QuantityValue(Amount(v[0]) + sign * (decimal)((IntValue)v[1]).Value));
        }
    }

    private static string Text(CelValue value) => ((StringValue)value).Value;

    private static decimal Amount(CelValue value) => ((QuantityValue)value).Amount;
}
