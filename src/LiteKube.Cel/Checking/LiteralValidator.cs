namespace LiteKube.Cel;

/// <summary>Finds at compile time what a call with literal arguments would only fail at when it runs: the validators that Kubernetes turns on.</summary>
internal static class LiteralValidator
{
    public static void Check(CallExpr call, Action<int, string> report)
    {
        switch (call.Function)
        {
            case "duration" when Text(call, 0) is { } text && !DurationValue.TryParse(text, out _):
            case "timestamp" when Text(call, 0) is { } time && !TimestampValue.TryParse(time, out _):
                report(call.Arguments[0].Position, $"invalid {call.Function} argument");
                break;
            case "matches" when Text(call, call.Arguments.Length - 1) is { } pattern && Re2.Compile(pattern) is { Problem: not null }:
                report(call.Arguments[^1].Position, "invalid matches argument");
                break;
        }
    }

    private static string? Text(CallExpr call, int index) => call.Arguments.Length > index && call.Arguments[index] is LiteralExpr { Value: StringValue text } ? text.Value : null;
}
