namespace LiteKube.Api.Tests.Objects;

public class IntOrStringTests
{
    [Theory]
    [InlineData("25%", 10, true, 3)]
    [InlineData("25%", 10, false, 2)]
    [InlineData("0%", 10, true, 0)]
    [InlineData("100%", 3, false, 3)]
    [InlineData("50%", 2000000000, true, 1000000000)]
    public void Scaled_TakesPercentages(string value, int total, bool up, int expected) => Assert.Equal(expected, new IntOrString(value).Scaled(total, up));

    [Fact]
    public void Scaled_OfANumber_IsTheNumber() => Assert.Equal(7, new IntOrString(7).Scaled(100, true));

    [Theory]
    [InlineData("x")]
    [InlineData("%")]
    [InlineData("-5%")]
    [InlineData("5")]
    public void Scaled_OfAnythingElse_Fails(string value) => Assert.Throws<FormatException>(() => new IntOrString(value).Scaled(1, true));

    [Fact]
    public void NumbersAndNames_AreNotEqual()
    {
        Assert.NotEqual(new IntOrString(80), new IntOrString("80"));
        Assert.Equal("80", new IntOrString(80).String);
        Assert.True(new IntOrString(80).IsInt);
    }
}
