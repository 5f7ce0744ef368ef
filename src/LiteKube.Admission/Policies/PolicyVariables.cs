using LiteKube.Admission.Expressions;
using LiteKube.Api.Admissionregistration.V1;
using LiteKube.Cel;

namespace LiteKube.Admission.Policies;

/// <summary>The variables of a policy. Each sees those before it, is computed when first read, and then once for a request.</summary>
internal sealed class PolicyVariables
{
    private const string Name = "variables";
    private const string TypeName = "kubernetes.variables";

    private readonly Dictionary<string, CelCompilation> _compiled;
    private readonly CelType _type;

    private PolicyVariables(IReadOnlyList<CelCompilation> compilations, Dictionary<string, CelCompilation> compiled, CelType type)
    {
        Compilations = compilations;
        _compiled = compiled;
        _type = type;
    }

    /// <summary>In the order of the policy, also of those that failed.</summary>
    public IReadOnlyList<CelCompilation> Compilations { get; }

    public static PolicyVariables Compile(IReadOnlyList<Variable> variables, CelEnvironment environment)
    {
        var fields = new Dictionary<string, CelType>(StringComparer.Ordinal);
        var compiled = new Dictionary<string, CelCompilation>(StringComparer.Ordinal);
        var compilations = new List<CelCompilation>(variables.Count);
        foreach (var variable in variables)
        {
            var compilation = environment.WithVariable(Name, TypeOf(fields)).Compile(variable.Expression);
            compilations.Add(compilation);
            compiled[variable.Name] = compilation;
            fields[variable.Name] = compilation.Program?.ResultType ?? CelType.Dyn;
        }

        return new PolicyVariables(compilations, compiled, TypeOf(fields));
    }

    /// <summary>The environment in which the policy's other expressions compile.</summary>
    public CelEnvironment In(CelEnvironment environment) => environment.WithVariable(Name, _type);

    /// <summary>Adds the variables to the values that expressions read. What they cost is taken from the budget.</summary>
    public CelActivation Bind(CelActivation activation, CelBudget budget, CancellationToken cancellationToken) =>
        activation.Set(Name, new LazyObject(_type, name => Compute(name, activation, budget, cancellationToken)));

    private CelValue? Compute(string name, CelActivation activation, CelBudget budget, CancellationToken cancellationToken)
    {
        if (!_compiled.TryGetValue(name, out var compilation))
            return null;
        if (compilation.Program is null)
            return CelValue.FromError($"composited variable \"{name}\" fails to compile: {compilation.Detail}");
        var result = compilation.Program.Evaluate(activation, budget, cancellationToken);
        return result.Error is null ? result.Value : CelValue.FromError($"composited variable \"{name}\" fails to evaluate: {result.Error}");
    }

    private static CelType TypeOf(Dictionary<string, CelType> fields) => CelType.ObjectOf(new CelObjectType(TypeName, new Dictionary<string, CelType>(fields, StringComparer.Ordinal)));
}
