using LiteKube.Api.Authorization.V1;

namespace LiteKube.Security.Authorization;

/// <param name="Incomplete">Some rules could not be found; <paramref name="EvaluationError"/> says why.</param>
public sealed record UserRules(IReadOnlyList<ResourceRule> ResourceRules, IReadOnlyList<NonResourceRule> NonResourceRules, bool Incomplete, string? EvaluationError);
