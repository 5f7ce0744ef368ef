namespace LiteKube.Cel;

/// <summary>One meaning of a function: what it takes, what it gives, how it is done and what it costs.</summary>
/// <param name="Id">As cel-go calls it, as in <c>cidr_contains_ip_string</c>.</param>
/// <param name="IsMember">Called as <c>a.f(b)</c>; the receiver is the first parameter.</param>
internal sealed record Overload(string Id, bool IsMember, CelType[] Parameters, CelType Result, Func<CelValue[], CelValue> Invoke)
{
    /// <summary>The cost of a call with these arguments and that result.</summary>
    public Func<CelValue[], CelValue, long> Cost { get; init; } = static (_, _) => 1;

    /// <summary>Whether values of these types may be passed.</summary>
    public bool Takes(CelValue[] arguments)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            if (!Takes(Parameters[i], arguments[i]))
                return false;
        }

        return true;
    }

    private static bool Takes(CelType parameter, CelValue argument) => parameter.Kind switch
    {
        CelKind.Dyn or CelKind.TypeParam => true,
        CelKind.Map => argument is MapValue,
        CelKind.Opaque => argument.Kind == CelKind.Opaque && argument.Type.Name == parameter.Name,
        CelKind.Optional => argument.Kind == CelKind.Optional,
        _ => parameter.Kind == argument.Kind,
    };
}
