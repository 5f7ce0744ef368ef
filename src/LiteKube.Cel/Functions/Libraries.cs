using System.Collections.Frozen;

namespace LiteKube.Cel;

/// <summary>Which functions an environment has.</summary>
internal static class Libraries
{
    public static FrozenDictionary<string, Overload[]> Kubernetes()
    {
        var functions = new FunctionSet();
        Operators.AddTo(functions);
        Arithmetic.AddTo(functions);
        Conversions.AddTo(functions);
        StandardStrings.AddTo(functions);
        TimeFunctions.AddTo(functions);
        OptionalFunctions.AddTo(functions);
        StringExtensions.AddTo(functions);
        ListLibrary.AddTo(functions);
        ExtendedLists.AddTo(functions);
        SetLibrary.AddTo(functions);
        RegexLibrary.AddTo(functions);
        UrlLibrary.AddTo(functions);
        IpLibrary.AddTo(functions);
        CidrLibrary.AddTo(functions);
        QuantityLibrary.AddTo(functions);
        SemverLibrary.AddTo(functions);
        FormatLibrary.AddTo(functions);
        JsonPatchLibrary.AddTo(functions);
        AuthorizerLibrary.AddTo(functions);
        return functions.Freeze();
    }
}
