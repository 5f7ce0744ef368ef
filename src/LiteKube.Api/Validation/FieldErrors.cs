using LiteKube.Api.Meta.V1;
using LiteKube.Api.Schema;

namespace LiteKube.Api.Validation;

/// <summary>All that is wrong with one object, gathered in order.</summary>
internal sealed class FieldErrors
{
    private readonly List<FieldError> _errors = [];

    public IReadOnlyList<FieldError> All => _errors;

    /// <summary>Adds an error unless the same field has one of the same type: the schema and a rule may both find it.</summary>
    public void Add(FieldError error)
    {
        foreach (var other in _errors)
            if (other.Type == error.Type && other.Field == error.Field && (error.Type == FieldErrorType.Required || other.Body == error.Body))
                return;
        _errors.Add(error);
    }

    /// <summary>Adds that a value is invalid if a rule says so.</summary>
    public void Check(FieldPath path, string value, string? wrong)
    {
        if (wrong is not null)
            Add(FieldError.Invalid(path, value, wrong));
    }

    public void Range(FieldPath path, long? value, long min, long max)
    {
        if (value is { } number && (number < min || number > max))
            Add(FieldError.Invalid(path, number, $"must be between {min} and {max}, inclusive"));
    }

    public void NotNegative(FieldPath path, long? value)
    {
        if (value is { } number and < 0)
            Add(FieldError.Invalid(path, number, "must be greater than or equal to 0"));
    }
}
