namespace LiteKube.Api.Protobuf;

/// <summary>
/// What goes around an object on the wire: four bytes of magic and a runtime.Unknown with the object's apiVersion and kind.
/// (https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding)
/// </summary>
internal readonly ref struct ProtobufEnvelope
{
    public const int TypeMeta = 1;
    public const int Raw = 2;
    public const int ApiVersion = 1;
    public const int Kind = 2;
    public const int ContentEncoding = 3;
    public const int ContentType = 4;

    private ProtobufEnvelope(string apiVersion, string kind, string contentType, ReadOnlySpan<byte> content)
    {
        ApiVersionText = apiVersion;
        KindText = kind;
        ContentTypeText = contentType;
        Content = content;
    }

    public static ReadOnlySpan<byte> Magic => "k8s\0"u8;

    public string ApiVersionText { get; }

    public string KindText { get; }

    public string ContentTypeText { get; }

    public ReadOnlySpan<byte> Content { get; }

    public static ProtobufEnvelope Open(ReadOnlySpan<byte> body)
    {
        if (!body.StartsWith(Magic))
            throw new ApiException(StatusReason.BadRequest, "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
        string apiVersion = "", kind = "", contentType = "";
        ReadOnlySpan<byte> content = default;
        var reader = new WireReader(body[Magic.Length..]);
        while (reader.Next())
        {
            switch (reader.Number)
            {
                case TypeMeta:
                    reader.Expect(WireReader.Bytes);
                    var inner = new WireReader(reader.ReadBytes());
                    while (inner.Next())
                    {
                        if (inner.Number == ApiVersion)
                            apiVersion = WireScalars.Text(ref inner);
                        else if (inner.Number == Kind)
                            kind = WireScalars.Text(ref inner);
                        else
                            inner.Skip();
                    }

                    break;
                case Raw:
                    reader.Expect(WireReader.Bytes);
                    content = reader.ReadBytes();
                    break;
                case ContentEncoding:
                    if (WireScalars.Text(ref reader).Length > 0)
                        throw new ApiException(StatusReason.BadRequest, "proto: content encodings are not supported");
                    break;
                case ContentType:
                    contentType = WireScalars.Text(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new ProtobufEnvelope(apiVersion, kind, contentType, content);
    }
}
