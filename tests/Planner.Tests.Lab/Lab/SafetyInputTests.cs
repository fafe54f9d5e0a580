using System.Net.Sockets;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Lab;

/// <summary>Addresses that are no monitors, or none that may be used: one sentence, and nothing is touched.</summary>
[Collection(SafetyCollection.Name)]
[Trait("lab", "qemu")]
public sealed class SafetyInputTests(SafetyLab lab) : IDisposable
{
    private const int OtherFailure = 1;
    private const int InvalidInput = 2;
    private const int TargetLacks = 7;
    private const UnixFileMode Everybody = (UnixFileMode)0b111_111_111;

    private readonly TemporaryDirectory _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("missing", "no such socket")]
    [InlineData("file", "nobody listens")]
    public async Task A_path_without_a_monitor_is_wrong_input(string name, string words)
    {
        await File.WriteAllTextAsync(_folder.File("file"), "hello\n", Cancellation);

        await AssertRefusedAsync(_folder.File(name), InvalidInput, words);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n")]
    [InlineData("{\"hello\":\"world\"}\r\n")]
    [InlineData("\0\0\0\u0001garbage\r\n")]
    public async Task A_socket_that_speaks_something_else_is_no_monitor(string greeting)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(_folder.File("other")));
        listener.Listen();
        var serving = Task.Run(
            async () =>
            {
                using var client = await listener.AcceptAsync(Cancellation);
                await client.SendAsync(System.Text.Encoding.UTF8.GetBytes(greeting), Cancellation);
                await client.ReceiveAsync(new byte[1], Cancellation);
            },
            Cancellation);

        await AssertRefusedAsync(_folder.File("other"), TargetLacks, _folder.File("other"));
        await serving.WaitAsync(SafetyRun.HangGuard, Cancellation);
    }

    [Fact]
    public async Task A_monitor_that_another_client_uses_is_not_waited_for()
    {
        var pair = await lab.ReadyAsync();
        lab.LeaveFresh();
        using var client = await MachineWatch.StartAsync(pair.Source.QmpPath);

        await AssertRefusedAsync(pair.Source.QmpPath, OtherFailure, "another client may use this monitor");
    }

    [Fact]
    public async Task A_user_without_rights_is_told_so()
    {
        // Whoever is not root has no right to root's sockets either; root gives its rights away for this.
        var pair = await lab.ReadyAsync();
        lab.LeaveFresh();
        File.SetUnixFileMode(_folder.Path, Everybody);
        string[] wrapper = Environment.IsPrivilegedProcess ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : [];
        var path = Environment.IsPrivilegedProcess ? pair.Source.QmpPath : Locked();

        await AssertRefusedAsync(path, OtherFailure, "may not connect", wrapper);
    }

    private string Locked()
    {
        var folder = Directory.CreateDirectory(_folder.File("locked"), UnixFileMode.None).FullName;
        return Path.Combine(folder, "monitor");
    }

    private async Task AssertRefusedAsync(string source, int status, string words, IReadOnlyList<string>? wrapper = null)
    {
        var (actual, output, error) = await PlannerChild.RunAsync(
            _folder.Path, ["migrate", $"qmp:{source}", $"qmp:{_folder.File("nowhere")}", "--sla", "gold"], wrapper);

        Assert.True(actual == status, $"{actual}\n{output}\n{error}");
        SafetyRun.AssertSentence(error, words);
        Assert.Single(error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
