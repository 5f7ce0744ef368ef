namespace LiteKube.Api.Tests.Objects;

public class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("0Ki", "0")]
    [InlineData("-0", "0")]
    [InlineData("+5", "5")]
    [InlineData("1000", "1k")]
    [InlineData("1024", "1024")]
    [InlineData("1024Ki", "1Mi")]
    [InlineData("1000Ki", "1000Ki")]
    [InlineData("0.5", "500m")]
    [InlineData(".5", "500m")]
    [InlineData("5.", "5")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("0.5Ki", "512")]
    [InlineData("0.1Ki", "102400m")]
    [InlineData("100m", "100m")]
    [InlineData("1000m", "1")]
    [InlineData("1500m", "1500m")]
    [InlineData("1e3", "1e3")]
    [InlineData("100e3", "100e3")]
    [InlineData("1E3", "1e3")]
    [InlineData("1e-3", "1e-3")]
    [InlineData("1E", "1E")]
    [InlineData("1Ei", "1Ei")]
    [InlineData("100n", "100n")]
    [InlineData("0.1n", "1n")]
    [InlineData("-0.1n", "-1n")]
    [InlineData("1e-40", "1e-9")]
    [InlineData("-1.5", "-1500m")]
    [InlineData("-2Ki", "-2Ki")]
    [InlineData("10E", "9223372036854775807")]
    [InlineData("1e99", "9223372036854775807")]
    [InlineData("99999Ei", "9223372036854775807")]
    [InlineData("12345678901234", "12345678901234")]
    public void ToString_IsCanonical(string text, string expected)
    {
        Assert.Equal(expected, Quantity.Parse(text).ToString());
        Assert.Equal(expected, Quantity.Parse(expected).ToString());
        Assert.Equal(Quantity.Parse(text), Quantity.Parse(expected));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("1 Gi")]
    [InlineData("1gi")]
    [InlineData("1KI")]
    [InlineData("1e")]
    [InlineData("1ee3")]
    [InlineData("1.2.3")]
    [InlineData(".")]
    [InlineData("--1")]
    [InlineData("1e3Ki")]
    [InlineData("0x10")]
    [InlineData("1,000")]
    public void TryParse_Malformed_IsFalse(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void Values_RoundAwayFromZero()
    {
        Assert.Equal(1, Quantity.Parse("1m").Value);
        Assert.Equal(-1, Quantity.Parse("-1m").Value);
        Assert.Equal(1, Quantity.Parse("1n").MilliValue);
        Assert.Equal(1500, Quantity.Parse("1.5").MilliValue);
        Assert.Equal(long.MaxValue, Quantity.Parse("9E").MilliValue);
        Assert.Equal("2m", Quantity.Parse("1.2m").RoundedToMilli.ToString());
    }

    [Fact]
    public void Arithmetic_KeepsTheFormatOfTheFirst()
    {
        Assert.Equal("2Ki", (Quantity.Parse("1Ki") + Quantity.Parse("1024")).ToString());
        Assert.Equal("2Gi", (Quantity.Zero + Quantity.Parse("2Gi")).ToString());
        Assert.Equal("500m", (Quantity.Parse("1") - Quantity.Parse("500m")).ToString());
        Assert.True(Quantity.Parse("1Gi") > Quantity.Parse("1G"));
        Assert.True(Quantity.Parse("1000m") == Quantity.Parse("1"));
    }
}
