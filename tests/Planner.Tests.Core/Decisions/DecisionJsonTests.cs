using System.Text.Json;
using CsCheck;
using Planner.Documents;
using Planner.Evidence;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

public class DecisionJsonTests
{
    [Fact]
    public void An_empty_object_is_a_snapshot_with_everything_missing() =>
        Assert.Equal("{\"devices\":[],\"pastBlackouts\":[],\"pastBlackoutsAfterQuiesce\":[]}", DecisionJson.WriteSnapshot(DecisionJson.ReadSnapshot("{}", "s")));

    [Fact]
    public void Every_number_reads_back_as_the_same_number() => Gen.Double[1e-9, 1e9].Array[1, 30].Sample(values =>
    {
        var snapshot = new DecisionSnapshot { Transfer = new TransferEvidence { FixedSeconds = values } };
        return DecisionJson.ReadSnapshot(DecisionJson.WriteSnapshot(snapshot), "s").Transfer!.FixedSeconds.SequenceEqual(values);
    });

    [Fact]
    public void Writing_and_reading_changes_nothing() => Snapshots.Any.Sample(
        snapshot =>
        {
            var text = DecisionJson.WriteSnapshot(snapshot);
            return DecisionJson.WriteSnapshot(DecisionJson.ReadSnapshot(text, "s")) == text;
        },
        iter: 50);

    [Fact]
    public void What_says_nothing_is_left_out_of_a_snapshot_and_everything_else_is_written()
    {
        var arc = new ArcEvidence { From = "RUNNING", To = "STOP", Seconds = [0.5, 1], WorstSeconds = 2 };
        var device = new DeviceEvidence { Name = "nic0", Flags = ["STOP_COPY"], StateSeconds = [0.25], Arcs = [arc] };

        Assert.Equal(
            """
            {"devices":[{"name":"nic0","flags":["STOP_COPY"],"destinationFlags":[],"stateSizeRatios":[],"stateSeconds":[0.25],"arcs":[{"from":"RUNNING","to":"STOP","seconds":[0.5,1],"worstSeconds":2}]}],"pastBlackouts":[],"pastBlackoutsAfterQuiesce":[]}
            """,
            DecisionJson.WriteSnapshot(new DecisionSnapshot { Devices = [device] }));
        Assert.Equal(
            """
            {"sla":{"blackoutLimitSeconds":0.3,"confidence":0.99,"whenEvidenceIsInsufficient":"worstCase","elapsedSeconds":0,"pausedSeconds":0},"devices":[{"name":"nic0","flags":["STOP_COPY"],"destinationFlags":[],"stateSizeRatios":[],"stateSeconds":[0.25],"stateSecondsAssumed":1,"arcs":[{"from":"RUNNING","to":"STOP","seconds":[0.5,1],"assumed":2,"worstSeconds":2}]}],"devicesInSeries":true,"wholeOnly":true,"pastBlackouts":[{"predictedSeconds":0.2,"actualSeconds":0.21}],"pastBlackoutsAfterQuiesce":[]}
            """,
            DecisionJson.WriteSnapshot(new DecisionSnapshot
            {
                Sla = new SlaTerms { BlackoutLimitSeconds = 0.3, Confidence = 0.99, WhenEvidenceIsInsufficient = InsufficientEvidenceAction.WorstCase },
                Devices = [device with { StateSecondsAssumed = 1, Arcs = [arc with { Assumed = 2 }] }],
                DevicesInSeries = true,
                WholeOnly = true,
                PastBlackouts = [new PastBlackout(0.2, 0.21)],
            }));
    }

    [Fact]
    public void A_decision_says_that_it_recalibrates_only_where_it_does()
    {
        var decision = new ExplainedDecision
        {
            Verdict = "stay",
            Blackout = new BlackoutEstimate(null, 0.5, null, "direct"),
            Evidence = new EvidenceCount(0, 9, "blackouts"),
            Terms = [new TermEstimate("arc RUNNING->STOP", null, null, null, 0)],
            Reason = "no",
            WouldCommitIf = [],
        };
        const string After = """
            },"evidence":{"have":0,"need":9,"of":"blackouts","commits":null,"rehearsals":null},"terms":[{"term":"arc RUNNING->STOP","device":null,"p50Seconds":null,"boundSeconds":null,"samples":0}],"dominant":null,"binding":null,"reason":"no","wouldCommitIf":[],"nextEvaluationSeconds":null,"lastSafeCommitSeconds":null}
            """;
        const string Before = """
            {"verdict":"stay","limitSeconds":null,"confidence":0,"blackout":{"p50Seconds":null,"boundSeconds":0.5,"missProbability":null,"method":"direct"
            """;

        Assert.Equal(Before + After, DecisionJson.WriteDecision(decision));
        Assert.Equal(Before + ",\"recalibrating\":true" + After, DecisionJson.WriteDecision(decision with { Blackout = decision.Blackout with { Recalibrating = true } }));
    }

    [Theory]
    [InlineData("{\"devices\": [{\"arcs\": [{\"isGuess\": true}]}]}", 1, 25, "unknown key 'isGuess'; known here are from, to, seconds, assumed, worstSeconds")]
    [InlineData("{\"wholeOnly\": 1}", 1, 15, "'wholeOnly' must be true or false")]
    [InlineData("{\"devices\": [{\"arcs\": [{\"from\": \"RUNNING\", \"to\": \"STOP\", \"assumed\": 1.5}]}]}", 1, 69, "'assumed' must be a whole number")]
    [InlineData("{\"devices\": [{\"arcs\": [{\"from\": \"RUNNING\", \"to\": \"STOP\", \"assumed\": 1}]}]}", 1, 69, "at most the 0 values")]
    [InlineData("{\n  \"slo\": {}\n}", 2, 3, "unknown key 'slo'; known here are sla, ram, transfer, devices, devicesInSeries, wholeOnly, termsOfLikeMachines, place, pastBlackouts, pastBlackoutsAfterQuiesce, pastBlackoutsOfLikeMachines, pastBlackoutsOfLikeMachinesAfterQuiesce, hostIsBusy, pastBlackoutsOnBusyHost, pastBlackoutsOnBusyHostAfterQuiesce")]
    [InlineData("{\"sla\": {\"blackoutLimit\": 3}}", 1, 10, "unknown key 'blackoutLimit'; known here are class, blackoutLimitSeconds")]
    [InlineData("{\"sla\": {\"confidence\": \"0.99\"}}", 1, 24, "'confidence' must be a number")]
    [InlineData("{\"sla\": {\"confidence\": 1}}", 1, 24, "sla.confidence: must be above 0 and below 1, such as 0.99; it is 1")]
    [InlineData("{\"sla\": {\"confidence\": 0}}", 1, 24, "must be above 0 and below 1")]
    [InlineData("{\"sla\": {\"blackoutLimitSeconds\": -0.3}}", 1, 34, "sla.blackoutLimitSeconds: must be at least 1E-09")]
    [InlineData("{\"sla\": {\"blackoutLimitSeconds\": 1e999}}", 1, 34, "'blackoutLimitSeconds' is too large; a finite number is expected")]
    [InlineData("{\"sla\": {\"whenEvidenceIsInsufficient\": \"wait\"}}", 1, 40, "'whenEvidenceIsInsufficient' must be one of stay, worstCase, accept")]
    [InlineData("{\"sla\": {\"whenEvidenceIsInsufficient\": 2}}", 1, 40, "must be one of stay, worstCase, accept")]
    [InlineData("{\"sla\": {}, \"sla\": {}}", 1, 13, "the key 'sla' is given twice")]
    [InlineData("{\"place\": \"\"}", 1, 11, "must say where the machine is in 1 to 100000 printable characters")]
    [InlineData("{\"place\": \"a\\nb\"}", 1, 11, "must say where the machine is")]
    [InlineData("{\"pastBlackoutsOfLikeMachines\": [{\"predictedSeconds\": 1, \"actualSeconds\": 0}]}", 1, 75, "pastBlackoutsOfLikeMachines[0].actualSeconds: must be at least 1E-09")]
    [InlineData("{\"devices\": [{\"preCopiedBytes\": -1}]}", 1, 33, "devices[0].preCopiedBytes: must be at least 0")]
    [InlineData("{\"ram\": {\"remainingBytes\": 1.5}}", 1, 28, "'remainingBytes' must be a whole number")]
    [InlineData("{\"ram\": {\"remainingBytes\": -1}}", 1, 28, "ram.remainingBytes: must be at least 0")]
    [InlineData("{\"ram\": {\"dirtyWindows\": [{\"seconds\": 1}]}}", 1, 27, "the key 'uniqueBytes' is missing here")]
    [InlineData("{\"ram\": {\"dirtyWindows\": [{\"seconds\": 0, \"uniqueBytes\": 1}]}}", 1, 39, "ram.dirtyWindows[0].seconds: must be at least 1E-09")]
    [InlineData("{\"transfer\": {\"fixedSeconds\": [0.1, -0.1]}}", 1, 37, "transfer.fixedSeconds[1]: must be at least 0")]
    [InlineData("{\"transfer\": {\"bytesPerSecond\": [0]}}", 1, 34, "transfer.bytesPerSecond[0]: must be at least 1")]
    [InlineData("{\"transfer\": {\"bytesPerSecond\": [null]}}", 1, 34, "a value of 'bytesPerSecond' must be a number")]
    [InlineData("{\"transfer\": {\"bytesPerSecond\": 5}}", 1, 33, "'bytesPerSecond' must be a list [ ]")]
    [InlineData("{\"transfer\": null, \"devices\": null}", 1, 31, "'devices' must be a list [ ]")]
    [InlineData("{\"devices\": [{\"state\": \"STOPPED\"}]}", 1, 24, "devices[0].state: 'STOPPED' is no device state; they are ERROR, STOP")]
    [InlineData("{\"devices\": [{\"state\": \"PRE_COPY\", \"flags\": [\"STOP_COPY\"]}]}", 1, 24, "a device with the flags STOP_COPY has no state PRE_COPY")]
    [InlineData("{\"devices\": [{\"flags\": [\"STOPCOPY\"]}]}", 1, 25, "devices[0].flags[0]: 'STOPCOPY' is no migration flag; they are STOP_COPY, P2P and PRE_COPY")]
    [InlineData("{\"devices\": [{\"flags\": [\"P2P\"]}]}", 1, 24, "STOP_COPY is missing")]
    [InlineData("{\"devices\": [{\"name\": \"a\"}, {\"name\": \"a\"}]}", 1, 38, "two devices are named 'a'")]
    [InlineData("{\"devices\": [{\"arcs\": [{\"from\": \"STOP\", \"to\": \"RUNING\"}]}]}", 1, 47, "devices[0].arcs[0].to: 'RUNING' is no device state")]
    [InlineData("{\"devices\": [{\"arcs\": [{\"to\": \"STOP\"}]}]}", 1, 24, "devices[0].arcs[0].from: '' is no device state")]
    [InlineData("{\"devices\": [{\"arcs\": [{\"from\": \"STOP\", \"to\": \"RUNNING\"}, {\"from\": \"STOP\", \"to\": \"RUNNING\"}]}]}", 1, 59, "the arc STOP->RUNNING is given twice")]
    [InlineData("{\"pastBlackouts\": [{\"predictedSeconds\": 0, \"actualSeconds\": 1}]}", 1, 41, "pastBlackouts[0].predictedSeconds: must be at least 1E-09")]
    [InlineData("[]", 1, 1, "the text must be an object { }")]
    [InlineData("{\n \"sla\": {\n", 3, 1, "this is not JSON that can be read")]
    [InlineData("", 1, 1, "this is not JSON that can be read")]
    [InlineData("{} {}", 1, 4, "this is not JSON that can be read")]
    [InlineData("{\"devices\": [{\"name\": \"ä€😀\", \"x\": 1}]}", 1, 31, "unknown key 'x'")]
    public void What_is_not_a_snapshot_is_refused_with_line_and_column(string text, long line, long column, string problem)
    {
        var e = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot(text, "my.json"));
        Assert.StartsWith($"my.json:{line}:{column}: ", e.Message, StringComparison.Ordinal);
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_much_of_anything_is_refused()
    {
        var list = string.Join(',', Enumerable.Repeat("1", DecisionJson.MaximumListLength + 1));
        var e = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot($"{{\"transfer\":{{\"fixedSeconds\":[{list}]}}}}", "s"));
        Assert.Contains("'fixedSeconds' has more than 100000 values", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot(new string(' ', DecisionJson.MaximumLength + 1), "s"));
        Assert.Contains("at most 16777216 are read", e.Message, StringComparison.Ordinal);
        Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot(string.Concat(Enumerable.Repeat("{\"sla\":", 5000)), "s"));
    }

    [Fact]
    public void Whatever_text_comes_it_is_a_snapshot_or_refused() =>
        Gen.Select(Gen.Int[0, 2000], Gen.Char["{}[]\",:0-9.eE nultrfas"].Array[1, 4]).Sample(
            (at, noise) =>
            {
                var text = DecisionJson.WriteSnapshot(Snapshots.Machine(samples: 3, blackouts: 3, ramBytes: 5));
                at %= text.Length;
                text = text[..at] + new string(noise) + text[Math.Min(text.Length, at + noise.Length)..];
                try
                {
                    var evaluator = SwitchoverEvaluator.Prepare(DecisionJson.ReadSnapshot(text, "s"));
                    DecisionJson.WriteDecision(evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment));
                }
                catch (DocumentException e)
                {
                    Assert.True(e.Line > 0, e.Message);
                }
            },
            iter: 2000);

    [Fact]
    public void A_decision_has_the_keys_of_the_contract_and_null_for_what_is_not_known()
    {
        var evaluator = SwitchoverEvaluator.Prepare(Snapshots.Machine(blackouts: 3));
        var text = DecisionJson.WriteDecision(evaluator.Explain(evaluator.Decide(evaluator.Moment), evaluator.Moment));
        using var json = JsonDocument.Parse(text);
        Assert.Equal(
            ["verdict", "limitSeconds", "confidence", "blackout", "evidence", "terms", "dominant", "binding", "reason", "wouldCommitIf", "nextEvaluationSeconds", "lastSafeCommitSeconds"],
            json.RootElement.EnumerateObject().Select(p => p.Name));
        var blackout = json.RootElement.GetProperty("blackout");
        Assert.Equal(["p50Seconds", "boundSeconds", "missProbability", "method"], blackout.EnumerateObject().Select(p => p.Name));
        Assert.Equal(JsonValueKind.Null, blackout.GetProperty("boundSeconds").ValueKind);
        Assert.Equal(["term", "device", "p50Seconds", "boundSeconds", "samples"], json.RootElement.GetProperty("terms")[0].EnumerateObject().Select(p => p.Name));
        Assert.Contains("PRE_COPY->PRE_COPY_P2P", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }
}
