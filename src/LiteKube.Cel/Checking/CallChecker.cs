namespace LiteKube.Cel;

/// <summary>Resolves one call.</summary>
internal sealed class CallChecker(Checker checker, CelEnvironment environment, Substitution types, Action<int, string> report)
{
    public CelType Check(CallExpr call)
    {
        if (call.Target is not null && Parser.QualifiedName(call.Target) is { } qualifier && environment.FindFunction($"{qualifier.TrimStart('.')}.{call.Function}") is not null)
        {
            call.Function = $"{qualifier.TrimStart('.')}.{call.Function}";
            call.Target = null;
        }

        CelType[] arguments = [.. (call.Target is null ? call.Arguments : [call.Target, .. call.Arguments]).Select(a => types.Apply(checker.Check(a)))];
        var result = Resolve(call, arguments);
        if (result.Kind != CelKind.Error)
            LiteralValidator.Check(call, report);
        return result;
    }

    private CelType Resolve(CallExpr call, CelType[] arguments)
    {
        var function = call.Function.TrimStart('.');
        if (environment.FindFunction(function) is not { } overloads)
        {
            report(call.Position, $"undeclared reference to '{function}' (in container '')");
            return CelType.Error;
        }

        var candidates = new List<Overload>();
        CelType? result = null;
        for (var i = 0; i < overloads.Count; i++)
        {
            var overload = overloads[i];
            if (overload.IsMember != call.Target is not null || overload.Parameters.Length != arguments.Length)
                continue;
            var instance = types.Instantiate([.. overload.Parameters, overload.Result]);
            if (!types.Assign(instance[..^1], arguments))
                continue;
            candidates.Add(overload);
            var type = types.Apply(instance[^1]);
            // Several meanings are possible only where dyn is involved.
            result = result is null ? type : Same(result, type) ? result : CelType.Dyn;
        }

        if (result is null)
        {
            if (!arguments.Any(a => a.Kind == CelKind.Error))
                report(call.Position, $"found no matching overload for '{function}' applied to '{Signature(call, arguments)}'");
            return CelType.Error;
        }

        call.Overloads = [.. candidates];
        return result;
    }

    private bool Same(CelType first, CelType second) => types.Resolve(first).Equals(types.Resolve(second));

    private static string Signature(CallExpr call, CelType[] arguments) => call.Target is null
        ? $"({string.Join(", ", arguments.AsEnumerable())})"
        : $"{arguments[0]}.({string.Join(", ", arguments.Skip(1))})";
}
