using System.Text.Json;
using Planner.Service;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Service;

/// <summary>Destinations that a command of the service's own file makes.</summary>
public sealed class DestinationCommandTests
{
    [Fact]
    public async Task A_destination_is_made_by_the_named_command_with_nothing_but_what_the_file_gives_it()
    {
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, $"env > {folder.Path}/environment; printf '%s\\n' \"$@\" > {folder.Path}/arguments; echo starting; echo sim:fast-nic");
        var ended = await service.EndAsync(await service.MigrateAsync("vm1"));

        Assert.True(Text(ended, "outcome") == "completed", ended.ToString());
        Assert.Equal(("make", "sim:fast-nic"), (Text(ended, "destinationCommand"), Text(ended, "destination")));
        Assert.Equal(["vm1", "h2", "10.0.0.2", "sim:fast-nic", "$(id)"], await File.ReadAllLinesAsync(folder.File("arguments"), TestContext.Current.CancellationToken));
        var environment = await File.ReadAllLinesAsync(folder.File("environment"), TestContext.Current.CancellationToken);
        Assert.Contains("ONLY=this", environment);
        Assert.DoesNotContain(environment, v => v.StartsWith("HOME=", StringComparison.Ordinal) || v.StartsWith("DOTNET", StringComparison.Ordinal));
        Assert.Equal("h2", Text((await service.GetAsync("/v1/machines/vm1")).Json, "node"));
        Assert.Contains(service.Records.ReadEvents(0, null, 100), e => e.Kind == "migration.destination");
        Assert.Equal("unknown", Text((await service.PostAsync("/v1/forecasts", """{ "machine": "vm2", "destination": "h2", "sla": "bronze" }""")).Expect(200).Json, "feasible"));
    }

    [Theory]
    [InlineData("echo the password is hunter2 >&2; exit 3", "30s", "ended with status 3", "hunter2")]
    [InlineData("sleep 60", "300ms", "took longer than", "")]
    [InlineData("yes", "30s", "printed more than 65536 characters", "")]
    [InlineData("echo nothing", "30s", "printed no address", "")]
    public async Task A_command_that_makes_none_leaves_the_machine_where_it_is_and_what_it_says_stays_in_the_log(string script, string timeout, string why, string said)
    {
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, script, timeout);
        var ended = await service.EndAsync(await service.MigrateAsync("vm1"));

        Assert.Equal("stayed", Text(ended, "outcome"));
        Assert.Contains(why, Text(ended, "reason"), StringComparison.Ordinal);
        Assert.Contains("the command 'make'", Text(ended, "cheapestChange"), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", ended.ToString(), StringComparison.Ordinal);
        Assert.Contains(service.Said, s => s.Contains("The command 'make'", StringComparison.Ordinal) && s.Contains(said, StringComparison.Ordinal));
        Assert.Equal("h1", Text((await service.GetAsync("/v1/machines/vm1")).Json, "node"));
    }

    [Fact]
    public async Task Only_commands_of_the_file_can_be_named()
    {
        using var folder = new TemporaryDirectory();
        await using var service = await StartAsync(folder, "echo sim:fast-nic");

        Assert.Contains("no command '/bin/sh'", (await service.PutAsync("/v1/machines/vm3", """{ "devices": ["sim:fast-nic"], "startDestination": { "command": "/bin/sh" } }""")).Expect(422).Detail, StringComparison.Ordinal);
        Assert.Contains("unknown", (await service.PutAsync("/v1/machines/vm3", """{ "devices": ["sim:fast-nic"], "startDestination": { "run": ["/bin/sh"] } }""")).Expect(400).Detail, StringComparison.Ordinal);
    }

    // The argument that looks like a shell's is none: nobody reads it as one.
    private static async Task<ServiceHere> StartAsync(TemporaryDirectory folder, string script, string timeout = "30s")
    {
        var program = folder.File("make-destination");
        await File.WriteAllTextAsync(program, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var configuration = ServiceConfiguration.Read($$"""
            apiVersion: planner/v1
            kind: Service
            spec:
              destinationCommands:
                - { name: make, run: [{{program}}, "{machine}", "{node}", "{address}", "{source}", "$(id)"], timeout: {{timeout}}, environment: { ONLY: this } }
            """, "service.yaml");
        var service = await ServiceHere.StartAsync(change: o => o with { Configuration = configuration });
        await Evidence.RehearseAsync(service.Store);
        (await service.PutAsync("/v1/nodes/h1", "{}")).Expect(200);
        (await service.PutAsync("/v1/nodes/h2", """{ "address": "10.0.0.2" }""")).Expect(200);
        foreach (var machine in new[] { "vm1", "vm2" })
        {
            (await service.PutAsync($"/v1/machines/{machine}", """{ "node": "h1", "devices": ["sim:fast-nic"], "startDestination": { "command": "make" } }""")).Expect(200);
        }

        return service;
    }

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
