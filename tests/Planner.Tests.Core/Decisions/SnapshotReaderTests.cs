using System.Text;
using CsCheck;
using Planner.Documents;
using Planner.Evidence;
using Planner.Policies;
using Xunit;

namespace Planner.Tests.Decisions;

/// <summary>What is read in one pass is what the strict reading gives, and is never what that refuses.</summary>
public class SnapshotReaderTests
{
    private static readonly DecisionSnapshot Whole = Snapshots.Machine(samples: 3, blackouts: 2, ramBytes: 5, withRatios: true) with
    {
        Sla = new SlaTerms
        {
            Class = "gold",
            BlackoutLimitSeconds = 0.3,
            Confidence = 0.9,
            WhenEvidenceIsInsufficient = InsufficientEvidenceAction.WorstCase,
            CompleteWithinSeconds = 60,
            ElapsedSeconds = 2,
            PausedSeconds = 0.01,
            ErrorBudgetRemainingSeconds = 1,
            DirtyRateFloorBytesPerSecond = 1e6,
        },
        Ram = new RamEvidence { RemainingBytes = 5, DirtyWindows = [new DirtyWindowEvidence(0.5, 100)] },
        Devices =
        [
            new DeviceEvidence
            {
                Name = "nic\u00e4\"0",
                Class = "mlx5",
                State = "PRE_COPY",
                Flags = ["STOP_COPY", "P2P", "PRE_COPY"],
                DestinationFlags = ["STOP_COPY"],
                StateBytes = 1,
                LargestStateBytes = 2,
                PreCopiedBytes = 3,
                LargestPreCopiedBytes = 4,
                StateSizeRatios = [1.1],
                StateSeconds = [0.1, 0.2],
                StateSecondsAssumed = 1,
                Arcs = [new ArcEvidence { From = "STOP", To = "STOP_COPY", Seconds = [1e-3], Assumed = 1, WorstSeconds = 2 }],
            },
        ],
        DevicesInSeries = true,
        WholeOnly = true,
        TermsOfLikeMachines = true,
        Place = "on host pair a-b",
        PastBlackouts = [new PastBlackout(0.2, 0.21) { Rehearsed = true, CutOff = true }],
        PastBlackoutsOfLikeMachines = [new PastBlackout(0.2, 0.22)],
        PastBlackoutsOfLikeMachinesAfterQuiesce = [new PastBlackout(0.2, 0.23)],
        HostIsBusy = true,
        PastBlackoutsOnBusyHost = [new PastBlackout(0.2, 0.24)],
        PastBlackoutsOnBusyHostAfterQuiesce = [new PastBlackout(0.2, 0.25)],
        FirstGuess = new FirstGuess(0.2, "cold-start v3", 0.4, 0.99),
    };

    [Fact]
    public void Every_key_is_read_in_one_pass() => AssertReads(DecisionJson.WriteSnapshot(Whole));

    [Fact]
    public void What_the_planner_writes_is_read_in_one_pass() => Snapshots.Any.Sample(snapshot => AssertReads(DecisionJson.WriteSnapshot(snapshot)), iter: 50);

    [Fact]
    public void Whatever_is_read_in_one_pass_is_read_strictly_as_the_same()
    {
        var text = Encoding.UTF8.GetBytes(DecisionJson.WriteSnapshot(Whole));
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.OneOf(Gen.Char["{}[],:\"0e-.nx"], Gen.Char.AlphaNumeric), Gen.Int[0, 20]).Sample(
            (at, letter, dropped) =>
            {
                byte[] changed = [.. text[..at], (byte)letter, .. text[Math.Min(text.Length, at + dropped)..]];
                if (SnapshotReader.TryRead(changed) is { } read)
                {
                    Assert.Equal(DecisionJson.WriteSnapshot(new JsonText(changed, "s").Read(DecisionJson.Snapshot)), DecisionJson.WriteSnapshot(read));
                }
            },
            iter: 5000);
    }

    [Theory]
    [InlineData("""{"sla":{"blackoutLimitSeconds":1e999}}""")]
    [InlineData("""{"sla":{"whenEvidenceIsInsufficient":"Stay"}}""")]
    [InlineData("""{"sla":{},"sla":{}}""")]
    [InlineData("""{"devices":[null]}""")]
    [InlineData("""{"pastBlackouts":[{"predictedSeconds":1}]}""")]
    [InlineData("""{"firstGuess":{"p50Seconds":1}}""")]
    [InlineData("""{"ram":{"remainingBytes":1.5}}""")]
    [InlineData("""{"x":1}""")]
    [InlineData("{} {}")]
    [InlineData("[]")]
    [InlineData("")]
    public void What_there_is_to_complain_about_is_left_to_the_strict_reading(string text) => Assert.Null(SnapshotReader.TryRead(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void What_is_not_utf8_is_refused_at_the_first_byte_that_is_not()
    {
        byte[] text = [.. Encoding.UTF8.GetBytes("{ \"place\": \"a"), 0xff, .. Encoding.UTF8.GetBytes("\" }")];

        var refused = Assert.Throws<DocumentException>(() => DecisionJson.ReadSnapshot(text, "s"));

        Assert.Equal((1, 14), (refused.Line, refused.Column));
        Assert.Contains("it is not UTF-8", refused.Message, StringComparison.Ordinal);
    }

    private static void AssertReads(string text) => Assert.Equal(text, DecisionJson.WriteSnapshot(Assert.IsType<DecisionSnapshot>(SnapshotReader.TryRead(Encoding.UTF8.GetBytes(text)))));
}
