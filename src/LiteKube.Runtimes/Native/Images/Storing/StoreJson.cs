using System.Text.Json.Serialization;

namespace LiteKube.Runtimes.Native.Images.Storing;

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImageRecord))]
[JsonSerializable(typeof(ReferenceRecord))]
[JsonSerializable(typeof(LayerRecord))]
[JsonSerializable(typeof(BundleRecord))]
[JsonSerializable(typeof(OciImage))]
internal sealed partial class StoreJson : JsonSerializerContext;
