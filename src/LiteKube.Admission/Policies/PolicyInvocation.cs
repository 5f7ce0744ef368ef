using System.Text.Json.Nodes;
using LiteKube.Admission.Matching;
using LiteKube.Api;

namespace LiteKube.Admission.Policies;

/// <summary>A policy that is to look at a request, by way of one binding and with one parameter object or none.</summary>
internal sealed record PolicyInvocation<TPolicy>(TPolicy Policy, BindingDefinition Binding, ResourceMatch Match, JsonObject? Param)
    where TPolicy : PolicyDefinition
{
    public string Id { get; } = $"{Policy.Name}/{Binding.Name}/{Param?["metadata"]?["namespace"]}/{Param?["metadata"]?["name"]}";
}

/// <summary>What went wrong before a policy could say anything.</summary>
/// <param name="Binding">Null where it is the policy's own fault.</param>
/// <param name="Reason">Of the Status: Forbidden where it could not be put to work, Invalid where it failed at work.</param>
internal sealed record PolicyFault(PolicyDefinition Policy, BindingDefinition? Binding, string Message, StatusReason Reason);
