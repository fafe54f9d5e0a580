using System.Security.Cryptography;
using System.Text;
using Planner.Documents;
using Planner.Estimators;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class ColdStartModelTextTests
{
    private static readonly string Text = ColdStartModelText.Write(Forests.TwoSeconds);

    [Fact]
    public void A_model_reads_back_as_the_same_model()
    {
        var read = ColdStartModelText.Read(Text);

        Assert.Equal(Text, ColdStartModelText.Write(read));
        Assert.Equal(Forests.TwoSeconds.Origin, read.Origin);
        Assert.Equal(Forests.TwoSeconds.Margin.Scores, read.Margin.Scores);
        Assert.StartsWith("planner-cold-start/1 ", Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_single_changed_character_is_found() =>
        Assert.Equal("its checksum does not match", Problem(Text.Replace("400", "401", StringComparison.Ordinal)));

    [Theory]
    [InlineData("\"trainedRows\":400", "\"trainedRows\":4e2000", "it has another shape than this build knows")]
    [InlineData("\"least\":[1,", "\"least\":[9,", "the range of a feature is not one")]
    [InlineData("\"least\":[1,", "\"least\":[", "the range of a feature is not one")]
    [InlineData("\"scores\":[0.02,", "\"scores\":[-0.02,", "its margin holds a score that is not above 0 and finite")]
    [InlineData("\"deviceCount\"", "\"moonPhase\"", "it was trained on other features than this build has")]
    [InlineData("\"bias\":", "\"bias\":null,\"x\":", "it has another shape than this build knows")]
    [InlineData("\"roots\":[]", "\"roots\":[0]", "its trees and their weights differ in number")]
    [InlineData("\"roots\":[]", "\"roots\":null", "it has another shape than this build knows")]
    [InlineData("\"judgement\":{", "\"judgement\":{\"mood\":1,", "it has another shape than this build knows")]
    [InlineData("{", "", "it has another shape than this build knows")]
    public void A_model_with_a_right_checksum_and_wrong_content_is_refused(string from, string to, string problem)
    {
        var json = Text[(Text.IndexOf('\n', StringComparison.Ordinal) + 1)..];
        var at = json.IndexOf(from, StringComparison.Ordinal);
        json = json[..at] + to + json[(at + from.Length)..];

        Assert.Equal(problem, Problem($"{ColdStartModelText.Kind} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json)))}\n{json}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n")]
    [InlineData("planner-cold-start/2 00\n{}")]
    [InlineData("planner-cold-start/1\n{}")]
    public void Another_format_is_refused(string text) =>
        Assert.Equal("it does not begin as a model of the format planner-cold-start/1 does", Problem(text));

    [Fact]
    public void A_text_that_is_too_long_is_not_read() =>
        Assert.Equal("it has 16777217 characters, and at most 16777216 are read", Problem(new string(' ', ColdStartModelText.MaximumLength + 1)));

    private static string Problem(string text) => Assert.Throws<ModelFormatException>(() => ColdStartModelText.Read(text)).Message;
}
