using System.Text.Json.Nodes;

namespace LiteKube.ApiServer.CustomResources;

/// <summary>Between the versions of one custom resource.</summary>
internal interface IVersionConversion
{
    /// <summary>Only the apiVersion differs: conversion never leaves this process.</summary>
    bool IsLocal { get; }

    /// <summary>The objects in another version, in the same order. May change the trees it is given.</summary>
    /// <exception cref="LiteKube.Api.ApiException">The webhook could not be asked, or answered nonsense.</exception>
    ValueTask<IReadOnlyList<JsonObject>> ConvertAsync(IReadOnlyList<JsonObject> objects, string apiVersion, CancellationToken cancellationToken);
}
