using System.Collections.Concurrent;
using System.Text.Json;
using Planner.Hypervisors;
using Planner.Measurements;
using Planner.Tests.Hypervisors.Qmp;
using Xunit;

namespace Planner.Tests.Hypervisors.Qemu;

/// <summary>A peer that answers as QEMU 10.0 does, unless the test says otherwise, and remembers what it was told.</summary>
internal sealed class ScriptedQemu : IAsyncDisposable
{
    public const string Active =
        """{"status": "active", "total-time": 1000, "ram": {"transferred": 5000, "remaining": 409600, "total": 536870912, "dirty-sync-count": 7, "page-size": 4096, "dirty-pages-rate": 10, "mbps": 400}}""";

    private readonly ScriptedMonitor _monitor = new();
    private readonly SemaphoreSlim _oneSender = new(1, 1);
    private Task _serving = Task.CompletedTask;

    /// <summary>The value of "return", or with a leading '!' the description of an error; null for no answer.</summary>
    public ConcurrentDictionary<string, Func<string?>> Answers { get; } = new(new Dictionary<string, Func<string?>>
    {
        ["query-status"] = () => """{"status": "running", "running": true}""",
        ["query-migrate"] = () => "{}",
        ["query-migrate-capabilities"] = () => Capabilities(),
        ["query-migrate-parameters"] = () => """{"downtime-limit": 300, "avail-switchover-bandwidth": 0, "max-bandwidth": 5, "cpu-throttle-initial": 20, "cpu-throttle-increment": 10, "cpu-throttle-tailslow": true, "max-cpu-throttle": 99, "throttle-trigger-threshold": 50}""",
        ["query-kvm"] = () => """{"enabled": true, "present": true}""",
        ["query-cpus-fast"] = () => """[{"cpu-index": 0, "qom-path": "/machine/unattached/device[0]"}, {"cpu-index": 1, "qom-path": "/x"}]""",
        ["qom-get /machine"] = () => "\"pc-q35-10.0-machine\"",
        ["qom-get /machine/unattached/device[0]"] = () => "\"host-x86_64-cpu\"",
        ["qom-list"] = () => "[]",
        ["query-pci"] = () => "[]",
        ["query-name"] = () => """{"name": "vm1"}""",
        ["query-memory-size-summary"] = () => """{"base-memory": 1073741824, "plugged-memory": 4096}""",
    });

    /// <summary>The commands without their ids, in their order; negotiation left out.</summary>
    public ConcurrentQueue<string> Commands { get; } = new();

    public ConcurrentQueue<HypervisorEvent> Told { get; } = new();

    /// <summary>The id of the last command.</summary>
    public long LastId { get; private set; }

    public string Address => QemuDriver.AddressOf(_monitor.SocketPath);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static string Capabilities(params string[] on) => "[" + string.Join(", ", new[]
    {
        "xbzrle", "auto-converge", "events", "postcopy-ram", "return-path", "pause-before-switchover", "multifd", "postcopy-preempt", "dirty-limit",
    }.Select(name => $$"""{"capability": "{{name}}", "state": {{(on.Contains(name) ? "true" : "false")}}}""")) + "]";

    public async Task<QemuMachine> OpenAsync(string greeting = ScriptedMonitor.Greeting, TimeProvider? time = null)
    {
        var opening = QemuMachine.OpenAsync(_monitor.SocketPath, time ?? TimeProvider.System, Cancellation);
        await _monitor.AcceptAsync();
        await _monitor.SendAsync(greeting + "\r\n");
        _serving = ServeAsync();
        var machine = await opening.WaitAsync(ScriptedMonitor.HangGuard, Cancellation);
        machine.Observer = Told.Enqueue;
        Commands.Clear();
        return machine;
    }

    public Task EventAsync(string name, string data = "{}") => SendAsync(Event(name, data));

    public static string Event(string name, string data = "{}") =>
        $$$"""{"event": "{{{name}}}", "data": {{{data}}}, "timestamp": {"seconds": 1700000000, "microseconds": 250000}}""" + "\r\n";

    public async Task SendAsync(string text)
    {
        await _oneSender.WaitAsync(Cancellation);
        try
        {
            await _monitor.SendAsync(text);
        }
        finally
        {
            _oneSender.Release();
        }
    }

    /// <summary>Waits until something was told.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? such = null)
        where T : HypervisorEvent
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(ScriptedMonitor.HangGuard);
        while (true)
        {
            if (Told.OfType<T>().FirstOrDefault(such ?? (_ => true)) is { } found)
            {
                return found;
            }

            await Task.Delay(1, guard.Token);
        }
    }

    public async Task UntilCommandAsync(string part)
    {
        using var guard = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        guard.CancelAfter(ScriptedMonitor.HangGuard);
        while (!Commands.Any(c => c.Contains(part, StringComparison.Ordinal)))
        {
            await Task.Delay(1, guard.Token);
        }
    }

    public void Close() => _monitor.CloseClient();

    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync();
        await _serving.WaitAsync(ScriptedMonitor.HangGuard, Cancellation);
        _oneSender.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                await AnswerAsync(await _monitor.ReadAsync());
            }
        }
        catch (Exception)
        {
            // One of both sides has closed.
        }
    }

    /// <summary>What an answer may stand under: the command with path and property, with its path, and alone.</summary>
    private static IEnumerable<string> Keys(string name, JsonElement root)
    {
        if (name is "qom-get" or "qom-list")
        {
            var arguments = root.GetProperty("arguments");
            var path = arguments.GetProperty("path").GetString();
            if (arguments.TryGetProperty("property", out var property))
            {
                yield return $"{name} {path} {property.GetString()}";
            }

            yield return $"{name} {path}";
        }

        yield return name;
    }

    private async Task AnswerAsync(string line)
    {
        using var command = JsonDocument.Parse(line);
        var root = command.RootElement;
        var name = (root.TryGetProperty("execute", out var inTurn) ? inTurn : root.GetProperty("exec-oob")).GetString()!;
        var id = root.GetProperty("id").GetInt64();
        LastId = id;
        Commands.Enqueue(line.Replace($",\"id\":{id}", "", StringComparison.Ordinal));
        var answer = Keys(name, root).Select(key => Answers.GetValueOrDefault(key)).FirstOrDefault(say => say is not null) is { } found ? found() : "{}";
        if (answer is null)
        {
            return;
        }

        await SendAsync(answer.StartsWith('!')
            ? $$$"""{"id": {{{id}}}, "error": {"class": "GenericError", "desc": "{{{answer[1..]}}}"}}""" + "\r\n"
            : $$"""{"id": {{id}}, "return": {{answer}}}""" + "\r\n");
    }
}
