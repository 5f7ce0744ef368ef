using System.Buffers.Binary;
using System.Text;

namespace LiteKube.Api.Tests.OpenApi;

/// <summary>A protobuf message as it came: its fields by number, in order.</summary>
internal sealed class WireMessage
{
    private readonly List<(int Number, object Value)> _fields = [];

    public WireMessage(ReadOnlySpan<byte> bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var tag = Varint(bytes, ref at);
            object value;
            switch (tag & 7)
            {
                case 0:
                    value = (long)Varint(bytes, ref at);
                    break;
                case 1:
                    value = BinaryPrimitives.ReadDoubleLittleEndian(bytes.Slice(at, 8));
                    at += 8;
                    break;
                case 2:
                    var length = (int)Varint(bytes, ref at);
                    value = bytes.Slice(at, length).ToArray();
                    at += length;
                    break;
                default:
                    throw new InvalidDataException($"wire type {tag & 7}");
            }

            _fields.Add(((int)(tag >> 3), value));
        }
    }

    public IEnumerable<int> Numbers => _fields.Select(f => f.Number);

    public bool Has(int number) => _fields.Any(f => f.Number == number);

    public IEnumerable<WireMessage> Messages(int number) => Values(number).Select(v => new WireMessage((byte[])v));

    public WireMessage? Message(int number) => Messages(number).SingleOrDefault();

    public IEnumerable<string> Texts(int number) => Values(number).Select(v => Encoding.UTF8.GetString((byte[])v));

    public string Text(int number) => Texts(number).SingleOrDefault() ?? "";

    public long Integer(int number) => (long?)Values(number).SingleOrDefault() ?? 0;

    public double Number(int number) => (double?)Values(number).SingleOrDefault() ?? 0;

    private IEnumerable<object> Values(int number) => _fields.Where(f => f.Number == number).Select(f => f.Value);

    private static ulong Varint(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = bytes[at++];
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
        }
    }
}
