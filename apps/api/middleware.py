"""What Django answers by itself under the API's addresses, said as the API says it."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from apps.api.door.problems import CONTENT_TYPE, Problem, answer, not_found

UNDER = "/api/"


class ProblemsOfTheApi:
    """An address that there is not, or a method that it does not take: a problem like others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith(UNDER) or response["Content-Type"] == CONTENT_TYPE:
            return response
        if response.status_code == HTTPStatus.NOT_FOUND:
            return answer(not_found())
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = ", ".join(sorted(response["Allow"].split(", ")))
            words = f"{request.method} is not done here. There are: {allowed}."
            headers = {"Allow": allowed}
            return answer(
                Problem(HTTPStatus.METHOD_NOT_ALLOWED, "other-method", words, headers=headers)
            )
        return response
