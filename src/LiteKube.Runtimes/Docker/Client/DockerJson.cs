using System.Text.Json.Serialization;
using LiteKube.Runtimes.Docker.Client.Models;

namespace LiteKube.Runtimes.Docker.Client;

/// <summary>Every message of the Engine API that LiteKube sends or reads; the codecs are made at build time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, PropertyNameCaseInsensitive = false)]
[JsonSerializable(typeof(ErrorMessage))]
[JsonSerializable(typeof(SystemInfo))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(DiskUsage))]
[JsonSerializable(typeof(EngineEvent))]
[JsonSerializable(typeof(CreateContainerRequest))]
[JsonSerializable(typeof(CreatedResponse))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(UpdateContainerRequest))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(ProgressMessage))]
[JsonSerializable(typeof(RegistryAuth))]
[JsonSerializable(typeof(CreateExecRequest))]
[JsonSerializable(typeof(StartExecRequest))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(Dictionary<string, string[]>), TypeInfoPropertyName = "Filters")]
internal sealed partial class DockerJson : JsonSerializerContext;
