using System.Text.Json.Serialization;

namespace LiteKube.Runtimes.Native.State;

[JsonSourceGenerationOptions(UseStringEnumConverter = true)]
[JsonSerializable(typeof(ContainerRecord))]
[JsonSerializable(typeof(SandboxRecord))]
internal sealed partial class StateJson : JsonSerializerContext;
