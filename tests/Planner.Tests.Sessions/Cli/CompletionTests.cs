using Xunit;

namespace Planner.Tests.Cli;

public sealed class CompletionTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("planner-cli-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("planner decide --output ", "json", "table")]
    [InlineData("planner evaluate . --by ", "cell", "group")]
    [InlineData("planner device x --behaviour ", "kernel-like", "libvfio-user", "old-libvfio-user", "rust-vmm", "tolerant")]
    [InlineData("planner demo --profile ", "deadline-gpu", "fast-nic")]
    [InlineData("planner migrate a b --sla ", "bronze", "gold", "silver")]
    [InlineData("planner watch a --sla ", "bronze", "gold", "silver")]
    public async Task After_an_option_stand_the_words_that_it_takes_and_no_others(string line, params string[] words) =>
        Assert.Equal(words, await SuggestAsync(line));

    [Fact]
    public async Task The_built_in_profiles_and_the_shells_are_offered()
    {
        Assert.Superset(new HashSet<string>(["fast-nic", "deadline-gpu"]), new HashSet<string>(await SuggestAsync("planner device ")));
        Assert.Contains("bash", await SuggestAsync("planner completion "));
    }

    [Fact]
    public async Task Classes_are_those_of_the_policy_file_and_of_one_that_cannot_be_read_none()
    {
        var policy = Path.Combine(_folder.FullName, "policy.yaml");
        await File.WriteAllTextAsync(
            policy, "apiVersion: planner/v1\nkind: SlaPolicy\nmetadata: { name: lab }\nspec: { blackout: { limit: 1s } }\n", TestContext.Current.CancellationToken);

        Assert.Equal(["lab"], await SuggestAsync($"planner migrate a b --policy {policy} --sla "));
        Assert.Empty(await SuggestAsync($"planner migrate a b --policy {policy}x --sla "));
    }

    [Theory]
    [InlineData("planner -")]
    [InlineData("planner /")]
    [InlineData("planner probe /")]
    public async Task No_option_begins_with_a_slash(string line) =>
        Assert.DoesNotContain(await SuggestAsync(line), word => word.StartsWith('/'));

    private static async Task<string[]> SuggestAsync(string line)
    {
        var result = await PlannerHere.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (result.Status, result.Error));
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
