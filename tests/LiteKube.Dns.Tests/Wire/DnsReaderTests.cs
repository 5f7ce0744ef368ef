using LiteKube.Dns.Wire;

namespace LiteKube.Dns.Tests.Wire;

public sealed class DnsReaderTests
{
    private static readonly byte[] s_header = new byte[12];

    [Fact]
    public void Names_are_lower_case_and_follow_pointers_backwards()
    {
        byte[] message = [.. s_header, .. TestMessages.Name("Example.ORG"), 3, (byte)'w', (byte)'W', (byte)'w', 0xc0, 12, 0xff];
        var reader = new DnsReader(message);

        Assert.True(reader.TryReadName(out var first));
        Assert.True(reader.TryReadName(out var second));

        Assert.Equal(("example.org", "www.example.org"), (first, second));
        Assert.Equal(message.Length - 1, reader.Position);
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "pointer to itself", [0xc0, 12] },
        { "pointer ahead", [0xc0, 14, 0, 0] },
        { "pointer into the header", [0xc0, 0] },
        { "half a pointer", [0xc0] },
        { "label beyond the end", [5, (byte)'a'] },
        { "no end", [1, (byte)'a'] },
        { "reserved label type", [0x80, 1, 0] },
        { "too long a name", [.. Enumerable.Repeat((byte[])[63, .. Enumerable.Repeat((byte)'a', 63)], 5).SelectMany(label => label), 0] },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Malformed_names_are_refused(string _, byte[] name)
    {
        var reader = new DnsReader([.. s_header, .. name]);

        Assert.False(reader.TryReadName(out var _));
    }

    [Fact]
    public void A_chain_of_pointers_that_turns_back_on_itself_ends()
    {
        // At 12 a label then a pointer to 12: backwards, but a ring.
        var reader = new DnsReader([.. s_header, 1, (byte)'a', 0xc0, 12], 14);

        Assert.False(reader.TryReadName(out _));
    }

    [Fact]
    public void Dots_and_controls_inside_labels_are_escaped()
    {
        var reader = new DnsReader([.. s_header, 3, (byte)'a', (byte)'.', 7, 0]);

        Assert.True(reader.TryReadName(out var name));
        Assert.Equal("a\\046\\007", name);
    }

    /// <summary>Whatever comes in, reading ends and stays inside the message.</summary>
    [Fact]
    public void Random_messages_never_throw()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 20_000; round++)
        {
            var message = new byte[random.Next(0, 80)];
            random.NextBytes(message);
            if (message.Length > 12)
            {
                // Plausible counts and pointers get further than noise.
                message[2] = 1;
                for (var i = 4; i < 12; i++)
                    message[i] = (byte)(i % 2 == 0 ? 0 : random.Next(0, 3));
                message[random.Next(12, message.Length)] = 0xc0;
            }

            DnsQuery.TryRead(message, out _, out _);
            _ = AnswerRecords.Read(message.Length < 12 ? s_header : message, DnsType.A);
        }
    }
}
