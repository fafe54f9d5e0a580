using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>The walk of docs/service.md, command by command as a newcomer types it.</summary>
public sealed partial class WalkThroughTests
{
    [Fact]
    public async Task The_walk_of_the_document_ends_with_a_migration_that_is_explained()
    {
        using var folder = new TemporaryDirectory();
        var port = FreePort();
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "service.md"), TestContext.Current.CancellationToken);
        var commands = string.Join('\n', Block().Matches(document).Select(m => m.Groups["text"].Value))
            .Replace("127.0.0.1:8080", $"127.0.0.1:{port}", StringComparison.Ordinal)
            .Replace("/tmp/", folder.Path + "/", StringComparison.Ordinal);
        var script = $$"""
            set -e
            trap 'kill $(jobs -p); wait' EXIT
            {{commands}}
            """;

        // A program of its own, as it is installed: what runs beside is then the job itself.
        Directory.CreateDirectory(folder.File("bin"));
        await File.WriteAllTextAsync(folder.File("bin/planner"), $"#!/bin/sh\nexec dotnet {Path.Combine(AppContext.BaseDirectory, "planner.dll")} \"$@\"\n", TestContext.Current.CancellationToken);
        File.SetUnixFileMode(folder.File("bin/planner"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var process = Process.Start(new ProcessStartInfo("bash", ["-c", script])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["STATE_DIRECTORY"] = folder.File("state"), ["PATH"] = $"{folder.File("bin")}:{Environment.GetEnvironmentVariable("PATH")}" },
        })!;
        using var guard = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        using var end = guard.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        var said = await output + await error;
        Assert.True(process.ExitCode == 0, said);
        Assert.DoesNotContain("\"status\":4", said, StringComparison.Ordinal);
        Assert.Contains("\"feasible\":\"yes\"", said, StringComparison.Ordinal);
        Assert.Contains("event: migration.ended", said, StringComparison.Ordinal);
        Assert.Contains("\"outcome\":\"completed\"", said, StringComparison.Ordinal);
        Assert.Contains("\"state\":\"SafeToReboot\"", said, StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"drain\"", said, StringComparison.Ordinal);
        Assert.Contains("\"node\":\"h2\"", said, StringComparison.Ordinal);
        Assert.Contains("vm_migration_migrations_total", said, StringComparison.Ordinal);
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    [GeneratedRegex(@"^```sh\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
