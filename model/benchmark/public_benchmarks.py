"""Public benchmarks of the unchanged training pipeline, and baselines for impact and urgency."""

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import roc_auc_score

from data import public_datasets
from data.corpus import NO_CATEGORY
from model.classify.classifier import Classifier
from model.evaluation.held_out import HeldOutPredictions
from model.evaluation.metrics import bootstrap_interval, macro_f1
from model.evaluation.reports import LevelScores
from model.text.n_grams import tfidf_union
from model.text.normalize import fold_case
from model.training.dataset import Dataset
from model.training.fit import Split
from model.training.linear_models import CATEGORY_OPTIONS, SVC_OPTIONS

OUT_OF_SCOPE = "oos"
KEYWORD_TREE_DEPTH = 3
"""Depth of the decision tree that is the baseline for impact and urgency: it asks for at most seven words."""

OTHER_LANGUAGES = (
    "Guten Tag, wann kommt denn endlich mein Paket bei mir an?",
    "Ich habe die falsche Rechnung bekommen und möchte mein Geld zurück.",
    "Bitte kündigen Sie meinen Vertrag zum Monatsende.",
    "Bonjour, je voudrais savoir quand ma commande sera livrée.",
    "Je n'arrive plus à me connecter à mon compte depuis hier.",
    "Pouvez-vous m'envoyer un devis pour vingt licences ?",
    "Hola, no puedo entrar en mi cuenta desde ayer por la tarde.",
    "Quiero cancelar mi suscripción a partir del mes que viene.",
    "Ik wil graag mijn abonnement opzeggen voor het einde van de maand.",
    "Mi scusi, quando arriva il rimborso per il mio ordine?",
    "Olá, a minha fatura deste mês veio com o valor errado.",
    "Hej, jag undrar var mitt paket är någonstans.",
    "Dzień dobry, gdzie jest moja paczka? Czekam już dwa tygodnie.",
    "Merhaba, siparişim nerede kaldı acaba?",
    "Dobrý den, nemohu se přihlásit do svého účtu.",
    "Bună ziua, aș dori să îmi anulez abonamentul.",
)


def novelty_auroc(
    classifier: Classifier, away: HeldOutPredictions, elsewhere: HeldOutPredictions | None
) -> dict[str, float]:
    """How well novelty tells mail that fits a category from kinds that fit none: area under the ROC curve, by kind."""
    none = np.array([example.category == NO_CATEGORY for example in away.examples])
    mail = away.novelty[~none]
    areas = {
        "our own emails that fit nothing": _auroc(mail, away.novelty[none]),
        "other languages": _auroc(mail, _novelty(classifier, OTHER_LANGUAGES)),
    }
    if elsewhere is not None:
        others = elsewhere.inside.novelty
        none = np.array([example.category == NO_CATEGORY for example in elsewhere.examples])
        _, (texts, intents) = public_datasets.read_clinc150()
        out_of_scope = [text for text, intent in zip(texts, intents, strict=True) if intent == OUT_OF_SCOPE]
        areas |= {
            "others' messages that fit nothing": _auroc(others, elsewhere.novelty[none]),
            "CLINC150 out of scope": _auroc(others, _novelty(classifier, out_of_scope)),
        }
    return areas


def banking77_accuracy() -> float:
    """Accuracy on the official test part after training on the official training part."""
    (texts, truth), (test, test_truth) = public_datasets.read_banking77()
    fitted = _pipeline().fit(texts, truth)
    return float(np.mean(fitted.predict(test) == np.array(test_truth)))


def clinc150_auroc() -> float:
    """AUROC of the greatest margin for telling requests in scope from those out of scope, which are not trained on."""
    (texts, truth), (test, test_truth) = public_datasets.read_clinc150()
    known = [(text, intent) for text, intent in zip(texts, truth, strict=True) if intent != OUT_OF_SCOPE]
    fitted = _pipeline().fit(*zip(*known, strict=True))
    margin = fitted.decision_function(test).max(axis=1)
    return float(roc_auc_score(np.array(test_truth) != OUT_OF_SCOPE, margin))


def score_levels(data: Dataset, guess: np.ndarray, truth: np.ndarray) -> list[LevelScores]:
    """Scores of the model's impact or urgency and of baselines, cross-validated with near-duplicates in one fold."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=KEYWORD_TREE_DEPTH, class_weight="balanced", random_state=0)
    split = list(GroupKFold(5).split(data.texts, groups=data.group))
    keywords = make_pipeline(CountVectorizer(preprocessor=fold_case, binary=True, min_df=5), tree)
    predictions = {
        "the commonest level": np.full_like(truth, _most_frequent(truth)),
        "a tree of seven keywords": cross_val_predict(keywords, data.texts, truth, cv=split),
        "the category alone": _by_category(data.category, truth, split),
        "the model": guess,
    }
    return [_level(name, guess, truth, data.group) for name, guess in predictions.items()]


def _by_category(category: np.ndarray, truth: np.ndarray, split: Split) -> np.ndarray:
    """Predictions of each category's most frequent level in the training part of each fold."""
    result = np.empty_like(truth)
    for train, test in split:
        most_frequent = {
            one: _most_frequent(truth[train][category[train] == one]) for one in np.unique(category[train])
        }
        result[test] = [most_frequent[one] for one in category[test]]
    return result


def _level(name: str, guess: np.ndarray, truth: np.ndarray, group: np.ndarray) -> LevelScores:
    names = np.unique(truth)
    true, predicted = np.searchsorted(names, truth), np.searchsorted(names, guess)
    return LevelScores(
        name=name,
        right=bootstrap_interval(lambda i: (true[i] == predicted[i]).mean(), group),
        macro_f1=bootstrap_interval(lambda i: macro_f1(true[i], predicted[i], len(names)), group),
    )


def _most_frequent(values: np.ndarray) -> str:
    names, counts = np.unique(values, return_counts=True)
    return names[counts.argmax()]


def _pipeline():
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer
    from sklearn.svm import LinearSVC

    folded = FunctionTransformer(lambda texts: [fold_case(text) for text in texts])
    return make_pipeline(folded, tfidf_union(), LinearSVC(**CATEGORY_OPTIONS, **SVC_OPTIONS))


def _novelty(classifier: Classifier, texts: Sequence[str]) -> np.ndarray:
    return np.array([reading.novelty for reading in classifier.read(texts)])


def _auroc(usual: np.ndarray, strange: np.ndarray) -> float:
    return float(roc_auc_score([0] * len(usual) + [1] * len(strange), [*usual, *strange]))
