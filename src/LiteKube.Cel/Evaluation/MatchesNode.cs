using System.Text.RegularExpressions;

namespace LiteKube.Cel;

/// <summary>A match against a literal pattern, compiled once.</summary>
internal sealed class MatchesNode(Node target, Regex regex, long patternSize) : Node
{
    public override CelValue Evaluate(Frame frame)
    {
        switch (target.Evaluate(frame))
        {
            case StringValue text:
                frame.Charge(Costs.Match(text.Size, patternSize));
                return frame.IsExhausted ? CelResult.CostExceeded : BoolValue.Of(regex.IsMatch(text.Value));
            case ErrorValue error:
                return error;
            default:
                return ErrorValue.NoSuchOverload;
        }
    }
}
