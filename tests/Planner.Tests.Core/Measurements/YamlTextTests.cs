using CsCheck;
using Planner.Documents;
using Xunit;

namespace Planner.Tests.Measurements;

public sealed class YamlTextTests
{
    private const string Head = "apiVersion: planner/v1\nkind: Thing\n";

    [Fact]
    public void A_document_is_read_key_by_key()
    {
        var root = YamlText.Read(Head + "name: nic\nlimit: 300ms\nsize: 64MiB\nrate: 2GiB/s\nshare: 5%\nlist: [a, b]\nitems: [{ x: 1 }, { x: 2 }]\non: true\n", "f.yaml", "Thing");

        Assert.Equal("nic", root.String("name"));
        Assert.Equal(TimeSpan.FromMilliseconds(300), root.Duration("limit"));
        Assert.Equal(64 << 20, root.Bytes("size"));
        Assert.Equal(2.0 * (1 << 30), root.BytesPerSecond("rate"));
        Assert.Equal(0.05, root.Percent("share", 0), 1e-12);
        Assert.Equal(["a", "b"], root.Strings("list"));
        Assert.Equal([1, 2], root.Maps("items").Select(m => m.Integer("x", 0, 0, 9)));
        Assert.True(root.Flag("on", false));
        root.Finish();
    }

    [Fact]
    public void Keys_that_are_missing_give_the_fallback_or_are_named()
    {
        var root = YamlText.Read(Head, "f.yaml", "Thing");

        Assert.Null(root.OptionalString("name"));
        Assert.Null(root.OptionalMap("spec"));
        Assert.Null(root.OptionalDuration("limit"));
        Assert.Equal(7, root.Bytes("size", 7));
        Assert.Empty(root.Maps("items"));
        Refused("f.yaml:1:1: the key 'spec' is missing", () => root.Map("spec"));
    }

    [Theory]
    [InlineData("nmae: x\n", "f.yaml:3:1: unknown key 'nmae'; known here: apiVersion, kind, name")]
    [InlineData("name: x\n  # a comment\nother: {}\n", "f.yaml:5:1: unknown key 'other'; known here: apiVersion, kind, name")]
    public void Unknown_keys_are_refused_where_they_stand(string text, string message)
    {
        var root = YamlText.Read(Head + text, "f.yaml", "Thing");
        root.OptionalString("name");
        Refused(message, () => root.Finish());
    }

    [Fact]
    public void Known_keys_are_named_in_full_also_those_that_do_not_go_with_what_is_there()
    {
        Refused("f.yaml:3:1: unknown key 'rat'; known here: apiVersion, dwell, kind, levels, rate", () => Finish("rat: x\n"));
        Refused("f.yaml:3:1: the key 'dwell' does not go with the others here", () => Finish("dwell: x\n"));

        static void Finish(string text)
        {
            var map = YamlText.Read(Head + text, "f.yaml", "Thing");
            _ = map.Has("levels") || map.Has("rate");
            map.Finish("dwell");
        }
    }

    [Theory]
    [InlineData("v: 300", "f.yaml:3:4: 'v' is '300'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: -3ms", "f.yaml:3:4: 'v' is '-3ms'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: 0ms", "f.yaml:3:4: 'v' is '0ms'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: .inf", "f.yaml:3:4: 'v' is '.inf'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: 3MiB", "f.yaml:3:4: 'v' is '3MiB'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: 36501d", "f.yaml:3:4: 'v' is '36501d'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: 1ns", "f.yaml:3:4: 'v' is '1ns'; a duration above 0 with its unit (ns, us, ms, s, m, h or d) up to 36500d, in steps of 100ns, such as 300ms, is expected")]
    [InlineData("v: [3ms]", "f.yaml:3:4: 'v' must be a plain value")]
    [InlineData("v: { a: 3ms }", "f.yaml:3:4: 'v' must be a plain value")]
    [InlineData("w: 3ms", "f.yaml:1:1: the key 'v' is missing")]
    public void A_wrong_duration_is_refused_where_it_stands(string text, string message) =>
        Refused(message, () => YamlText.Read(Head + text, "f.yaml", "Thing").Duration("v"));

    [Theory]
    [InlineData("v: 64")]
    [InlineData("v: -1MiB")]
    [InlineData("v: 3ms")]
    [InlineData("v: infinityB")]
    [InlineData("v: 8193TiB")]
    public void A_wrong_size_is_refused(string text) =>
        Refused(text, "a size with its unit (B, KiB, MiB, GiB, TiB, kB, MB, GB or TB) up to 8192TiB, such as 64MiB, is expected", root => root.Bytes("v"));

    [Theory]
    [InlineData("v: 0MiB/s")]
    [InlineData("v: -1MiB/s")]
    [InlineData("v: 64MiB")]
    [InlineData("v: 1e999MiB/s")]
    public void A_wrong_rate_is_refused(string text) =>
        Refused(text, "a rate above 0 with its unit (a size's and /s, or bit/s, kbit/s, Mbit/s or Gbit/s), such as 2GiB/s or 10Gbit/s, is expected", root => root.BytesPerSecond("v"));

    [Theory]
    [InlineData("v: NaN")]
    [InlineData("v: .nan")]
    [InlineData("v: Infinity")]
    [InlineData("v: -0.1")]
    [InlineData("v: 1.1")]
    [InlineData("v: x")]
    public void A_number_outside_its_ends_is_refused(string text) =>
        Refused(text, "a number from 0 to 1 is expected", root => root.Number("v", 0, 0, 1));

    [Theory]
    [InlineData("v: 1.5")]
    [InlineData("v: 11")]
    [InlineData("v: -1")]
    [InlineData("v: 99999999999")]
    public void A_whole_number_outside_its_ends_is_refused(string text) =>
        Refused(text, "a whole number from 0 to 10 is expected", root => root.Integer("v", 0, 0, 10));

    [Fact]
    public void A_wrong_word_is_refused_with_the_right_ones() =>
        Refused("v: purple", "'v' is 'purple'; one of red, green is expected", root => root.Choice<int>("v", null, ("red", 1), ("green", 2)));

    [Fact]
    public void A_wrong_item_of_a_list_is_refused_where_it_stands() => Refused(
        "f.yaml:3:9: 'x' is not a state",
        () => YamlText.Read(Head + "v: [ok, x]", "f.yaml", "Thing").List<int>("v", (string t, out int n) => (n = t.Length) == 2, "a state"));

    [Theory]
    [InlineData("v: &a 1\n", "anchors, aliases and tags are not allowed here")]
    [InlineData("v: &a [1]\nw: *a\n", "anchors, aliases and tags are not allowed here")]
    [InlineData("v: !!str 1\n", "anchors, aliases and tags are not allowed here")]
    [InlineData("v: !<x> {}\n", "anchors, aliases and tags are not allowed here")]
    [InlineData("v: [1\n", "this is not YAML")]
    [InlineData("v: \"\n", "this is not YAML")]
    [InlineData("v: 1\nv: 2\n", "Duplicate key v")]
    [InlineData("? [a]\n: 1\n", "a key must be a plain word")]
    [InlineData("\tv: 1\n", "this is not YAML")]
    public void What_YAML_allows_but_nobody_needs_is_refused_with_its_place(string text, string problem)
    {
        var e = Assert.Throws<DocumentException>(() => YamlText.Read(Head + text, "f.yaml", "Thing"));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.True(e.Line >= 2 && e.Column >= 1, e.Message);
        Assert.StartsWith($"f.yaml:{e.Line}:{e.Column}: ", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_twice_in_an_inner_mapping_is_refused_too()
    {
        var e = Assert.Throws<DocumentException>(() => YamlText.Read(Head + "v:\n  a: 1\n  a: 2\n", "f.yaml", "Thing"));
        Assert.Equal("f.yaml:5:3: this is not YAML: Duplicate key a", e.Message);
    }

    [Fact]
    public void Too_deep_a_nesting_is_refused_before_it_can_overflow_the_stack() =>
        Refused("nested deeper than 32 levels", () => YamlText.Read(Head + "v: " + new string('[', 100_000), "f.yaml", "Thing"), whole: false);

    [Fact]
    public void Too_long_a_text_is_refused() =>
        Refused("f.yaml: the file has 4194305 characters; at most 4194304 are read", () => YamlText.Read(new string('#', YamlText.MaximumLength + 1), "f.yaml", "Thing"));

    [Theory]
    [InlineData("", "f.yaml: the file is empty; a Thing is expected")]
    [InlineData("# nothing\n", "f.yaml: the file is empty; a Thing is expected")]
    [InlineData("[1]", "f.yaml:1:1: the document must be a mapping of keys to values")]
    [InlineData("kind: Thing", "f.yaml:1:1: the key 'apiVersion' is missing")]
    [InlineData("apiVersion: planner/v2\nkind: Thing", "f.yaml:1:13: apiVersion 'planner/v2' is not known; write planner/v1")]
    [InlineData("apiVersion: planner/v1\nkind: Other", "f.yaml:2:7: kind 'Other' does not belong here; Thing is expected")]
    [InlineData(Head + "---\n" + Head, "f.yaml: the file holds 2 documents; one Thing is expected")]
    public void A_text_that_is_no_document_of_the_kind_is_refused(string text, string message) =>
        Refused(message, () => YamlText.Read(text, "f.yaml", "Thing"));

    [Fact]
    public void Several_documents_are_read_where_they_are_welcome() =>
        Assert.Equal(["a", "b"], YamlText.ReadAll(Head + "name: a\n---\n" + Head + "name: b\n", "f.yaml", "Thing").Select(d => d.String("name")));

    [Fact]
    public void Any_text_is_read_or_refused_with_a_document_exception() => Gen.String[Gen.Char["ab:-[]{}&*!|>'\"#%,? \n\t0\u0085\ufeff"], 0, 60].Sample(text =>
    {
        try
        {
            YamlText.ReadAll(Head + text, "f.yaml", "Thing");
        }
        catch (DocumentException)
        {
            // The only way to refuse.
        }
    }, iter: 5_000);

    private static void Refused(string text, string expected, Action<YamlMap> read) =>
        Refused(expected, () => read(YamlText.Read(Head + text, "f.yaml", "Thing")), whole: false);

    private static void Refused(string message, Action action, bool whole = true)
    {
        var e = Assert.Throws<DocumentException>(action);
        if (whole)
        {
            Assert.Equal(message, e.Message);
        }
        else
        {
            Assert.Contains(message, e.Message, StringComparison.Ordinal);
        }
    }
}
