using Planner.Documents;
using Planner.Learning;
using Planner.Storage;
using Planner.Tests.Processes;
using Xunit;

namespace Planner.Tests.Learning;

public sealed class ColdStartKeepingTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_trained_model_comes_back_from_the_store_and_a_later_refused_one_does_not_replace_it()
    {
        using var store = SqlMeasurementStore.Open(StoreAddress.Parse(_directory.File("planner.db")));
        var model = ColdStartTrainer.Train(LearningExamples.ArcsThatCount(1), new ColdStartOptions { Trees = 50 });
        var refused = ColdStartTrainer.Train(LearningExamples.BytesAlone(1), new ColdStartOptions { Trees = 50 });

        Assert.Equal(1, store.Save(ColdStartModelText.ToRecord(model)));
        Assert.Equal(2, store.Save(ColdStartModelText.ToRecord(refused)));

        var kept = store.ReadLatestAccepted(ColdStartModelText.Name)!;
        var features = LearningExamples.Features(4, 400 << 20, 5e9);
        Assert.Equal((1, model.Judgement.Reason), (kept.Version, kept.Judgement));
        Assert.Equal(model.Guess(features, 0.1), ColdStartModelText.Read(kept.Body).Guess(features, 0.1));
        Assert.NotNull(model.Guess(features, 0.1));
        Assert.Equal([false, true], store.ReadModels(ColdStartModelText.Name).Select(m => m.IsAccepted));
    }
}
