using System.Text;
using LiteKube.ApiServer.Streaming;

namespace LiteKube.ApiServer.Tests.Streaming;

public sealed class PageLinksTests
{
    public static TheoryData<string, string> Pages => new()
    {
        { """<a href="/x?y=1&amp;z#f">/x</a>""", """<a href="[/x?y=1&amp;z#f]">/x</a>""" },
        { "<A CLASS=b HREF = '/x' title=/t>", "<A CLASS=b HREF = '[/x]' title=/t>" },
        { "<img alt='a > b' src=/i.png><img/src=/j>", "<img alt='a > b' src=[/i.png]><img/src=[/j]>" },
        { """<form action="/f"><input formaction="/g" value="/v"><button disabled formaction=/h>""", """<form action="[/f]"><input formaction="[/g]" value="/v"><button disabled formaction=[/h]>""" },
        { "<!-- <a href=/x> --><a href=/y>", "<!-- <a href=/x> --><a href=[/y]>" },
        { "<script src=/s>if (a<b) { '<a href=/x>' }</script ><a href=/y>", "<script src=[/s]>if (a<b) { '<a href=/x>' }</script ><a href=[/y]>" },
        { "1 < 2 <3 </a href=/x> <p href=/x> <a href> <a href=> é \u00a0", "1 < 2 <3 </a href=/x> <p href=/x> <a href> <a href=> é \u00a0" },
        { "<a href=\"/never", "<a href=\"/never" },
        { "<style>a</styl", "<style>a</styl" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void Links_are_rewritten_wherever_a_page_is_cut(string page, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(page);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var links = new PageLinks(l => $"[{l}]");
            var written = links.Next(bytes.AsSpan(0, cut), isLast: false).ToArray().Concat(links.Next(bytes.AsSpan(cut), isLast: false).ToArray()).Concat(links.Next([], isLast: true).ToArray());
            Assert.Equal(expected, Encoding.UTF8.GetString([.. written]));
        }
    }

    [Fact]
    public void A_tag_without_end_is_not_held_for_ever()
    {
        var links = new PageLinks(l => l);
        var piece = Encoding.ASCII.GetBytes("<a " + new string('x', 70_000));

        Assert.Equal(piece, links.Next(piece, isLast: false).ToArray());
        Assert.Equal("</p>", Encoding.ASCII.GetString(links.Next("</p>"u8, isLast: false).Span));
    }

    [Theory]
    [InlineData("text/html", true)]
    [InlineData("Text/HTML; charset=utf-8", true)]
    [InlineData("text/htmlx", false)]
    [InlineData("application/json", false)]
    [InlineData(null, false)]
    public void Pages_are_known_by_their_media_type(string? type, bool isPage) => Assert.Equal(isPage, PageLinks.IsPage(type));
}
